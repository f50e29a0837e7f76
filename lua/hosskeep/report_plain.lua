-- The report for pipes and logs: one line per thing that begins, ends or is worth a remark.

local sizes = require "hosskeep.sizes"

local plain = {}

local methods = {}
local meta = { __index = methods }

--- A plain report.
function plain.new()
    return setmetatable({}, meta)
end

local function say(fmt, ...)
    log.out(string.format(fmt, ...) .. "\n")
    io.stdout:flush()
end

function methods:step(name, title)
    say("%s: %s", name, title or "begins")
end

function methods:done(name, seconds)
    say("%s: done in %s", name, sizes.seconds(seconds))
end

function methods:skip(name, _, why)
    say("%s: skipped (%s)", name, why)
end

function methods:piece_done(piece, seconds)
    say("  %s: %s in %s (%s)", piece.label, sizes.bytes(piece.bytes), sizes.seconds(seconds),
        sizes.rate(piece.bytes, seconds))
end

function methods:note(text)
    say("  %s", text)
end

function methods:result(text)
    say("%s", text)
end

return plain
