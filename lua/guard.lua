-- hosskeep guard: resumes paused containers when the process that paused them dies. Started by
-- hosskeep itself; reads "pause ID" and "resume ID" on its standard input. As
-- `guard --after SECONDS ID...` it resumes those when the time is up, unless its standard input
-- ends before.

local PATIENCE = 2 -- seconds in which a pause that was under way may still arrive
local INTERVAL = 0.05

local held = {}

local function count()
    local n = 0
    for _ in pairs(held) do
        n = n + 1
    end
    return n
end

local function resume(client, id)
    local container = client:container(id)
    local state = container:inspect()
    if state and state.State.Paused then
        container:unpause()
    end
    return state == nil
end

-- The Engine may be busy with a pause that was asked for just before the end: look several times.
local function resume_all()
    local client
    local stop = time.monotonic() + PATIENCE
    repeat
        client = client or try(docker.connect)
        for id in pairs(held) do
            if client and try(resume, client, id) then
                held[id] = nil
            end
        end
        if count() > 0 then
            time.sleep(INTERVAL)
        end
    until count() == 0 or time.monotonic() >= stop
end

local function obey(line)
    local word, what = line:match "^(%a+) (%S+)$"
    if word == "pause" then
        held[what] = true
    elseif word == "resume" then
        held[what] = nil
    end
end

-- True when standard input ends within so many seconds.
local function input_ends_within(seconds)
    local drained = stream.copy(fs.open "/proc/self/fd/0", stream.null(), { background = true })
    local ended, why = drained:wait(seconds)
    drained:cancel()
    return ended ~= nil or why ~= "timeout"
end

local words = { ... }
if words[1] == "--after" then
    for index = 3, #words do
        held[words[index]] = true
    end
    if not input_ends_within(tonumber(words[2])) then
        resume_all()
    end
    return 0
end
for line in io.lines() do
    obey(line)
end
resume_all()
return 0
