--- The server's start command outlives a restore that is killed with -9, and goes on to make
-- containers: the next run would meet them half way. So its process group is noted on disk before
-- it begins, and in the journal; the next run ends it first.

local failure = require "hosskeep.failure"
local journal = require "hosskeep.journal"
local process_stat = require "hosskeep.process_stat"

local m = {}

local NAME = ".hosskeep-start"
local PATIENCE = 5 -- seconds for a signal to end the group
local CALM = 1 -- seconds without any change after which the Engine has done what it was asked for
local BOOT = "/proc/sys/kernel/random/boot_id"

-- The shell leads a group of its own. It notes itself before the command, and does not begin when
-- the restore has been killed by then.
local RUN = [[
[ "$PPID" = "$1" ] || exit 1
read -r boot < ]] .. BOOT .. [[ && read -r stat < "/proc/$$/stat" &&
    (umask 077 && printf '%s\n%s\n' "$boot" "$stat" > "$2")
exec sh -c "$3"]]

--- Where it is noted.
function m.path(ctx)
    return fs.join(ctx.options.config_dir, NAME)
end

--- Runs the command in the background; its output goes to the job that is returned.
function m.start(path, command)
    return process.run { "sh", "-c", RUN, "sh", tostring(process.pid), path, command,
        merge = true, check = false, background = true }
end

--- True while a process of the noted group runs.
function m.running(noted)
    local leader = process_stat.of(noted.pid)
    if leader and leader.started ~= noted.started then return false end -- the number was used again
    for _, name in ipairs(fs.list "/proc") do
        local found = name:find "^%d+$" and process_stat.of(name)
        if found and found.group == noted.pid and not found.ended then return true end
    end
    return false
end

local function ends_by(noted, signal)
    process.run { "sh", "-c", 'kill -s "$1" -- "-$2"', "sh", signal, noted.pid, check = false }
    local deadline = time.monotonic() + PATIENCE
    while m.running(noted) do
        if time.monotonic() > deadline then return false end
        time.sleep(0.05)
    end
    return true
end

--- Ends the command that is noted in the file, if it still runs. Returns whether it did.
function m.end_noted(path)
    local boot, stat = (fs.read(path) or ""):match "^(%S+)\n([^\n]+)\n"
    local noted = process_stat.parse(stat)
    if not noted or boot .. "\n" ~= try(fs.read, BOOT, 4096) or not m.running(noted) then
        return false
    end
    if not ends_by(noted, "TERM") and not ends_by(noted, "KILL") then
        failure.raise(failure.PRECONDITION, "the start command of an earlier run does not end"
            .. " (process group %s)", noted.pid)
    end
    return true
end

local function picture(ctx)
    local words = {}
    for _, one in ipairs(ctx.docker:containers { project = ctx.project, all = true }) do
        words[#words + 1] = one.id .. " " .. tostring(one.state)
    end
    table.sort(words)
    return table.concat(words, "\n")
end

-- The Engine goes on with what a client that is gone has asked for.
local function wait_calm(ctx)
    local before, since = picture(ctx), time.monotonic()
    local deadline = since + PATIENCE
    while time.monotonic() - since < CALM and time.monotonic() < deadline do
        time.sleep(0.1)
        local now = picture(ctx)
        if now ~= before then before, since = now, time.monotonic() end
    end
end

journal.handler("start", function(ctx, entry)
    if m.end_noted(entry.id) then wait_calm(ctx) end
    fs.remove(entry.id)
    return true
end)

return m
