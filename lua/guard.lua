-- hosskeep guard: resumes paused containers when the process that paused them dies. Started by
-- hosskeep itself; reads "pause ID" and "resume ID" on its standard input. As
-- `guard --after SECONDS ID...` it resumes those when the time is up, unless its standard input
-- ends before.

local failure = require "hosskeep.failure"

local PATIENCE = 2 -- seconds in which a pause that was under way may still arrive
local OUTAGE = 120 -- seconds that an Engine may take to answer again
local INTERVAL = 0.05

local held = {}

local function count()
    local n = 0
    for _ in pairs(held) do
        n = n + 1
    end
    return n
end

-- Returns whether the container is gone for good.
local function resume(client, id)
    local container = client:container(id)
    local state = container:inspect()
    if state and state.State.Paused then
        container:unpause()
    end
    return state == nil
end

-- Looks at each held container once; false when no Engine answers.
local function look(client)
    local answered = true
    for id in pairs(held) do
        local gone, err = try(resume, client, id)
        if gone then
            held[id] = nil -- as pairs allows
        elseif err and (failure.kind(err) ~= "engine" or not err.code) then
            answered = false -- without an HTTP status the Engine was not reached
        end
    end
    return answered
end

-- The Engine may be busy with a pause that was asked for just before the end: look several times.
-- One that is being restarted is waited for; nothing is under way in it when it is back.
local function resume_all()
    local client
    local stop = time.monotonic() + PATIENCE
    local give_up = time.monotonic() + OUTAGE
    while count() > 0 do
        client = client or try(docker.connect)
        local answered = client and look(client)
        local now = time.monotonic()
        if answered and now >= stop or now >= give_up then
            return
        end
        time.sleep(answered and INTERVAL or 5 * INTERVAL)
    end
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
