--- Waiting for what runs inside a container. A pause by somebody else lets it stand still without
--- an end: a short one (another tool copies files) is waited for, a longer one is an error.

local m = {}

local LOOK = 5 -- seconds
local LOOKS = 3 -- in a row

local function is_paused(container)
    local state = container:inspect()
    return state ~= nil and state.State.Paused == true
end

--- Waits until one of the jobs has ended, and returns it; raises (kind engine) when the container
--- stands still. jobs: what container:exec or http.request returned with background=true, a list.
--- interval: seconds between two looks (5).
function m.any(container, service, jobs, interval)
    local list, seen = table.move(jobs, 1, #jobs, 1, { timeout = interval or LOOK }), 0
    while true do
        local finished = stream.wait_any(list)
        if finished then return finished end
        seen = is_paused(container) and seen + 1 or 0
        if seen == LOOKS then
            -- Without an exit code of its own: a restore has another than a backup.
            error(hosskeep.error { kind = "engine", subject = service,
                message = ("somebody has paused its container %s, and what is asked of it stands "
                    .. "still"):format(container.name or container.id) }, 0)
        end
    end
end

return m
