-- The report for a terminal: lines that stay for what is done, and below them one line per running
-- piece, redrawn in place. The screen is never cleared.

local sizes = require "hosskeep.sizes"

local live = {}

local methods = {}
local meta = { __index = methods }

local ERASE = "\27[2K"

--- A live report.
function live.new()
    return setmetatable({ shown = 0, width = 79 }, meta)
end

local function erase(self)
    if self.shown > 0 then
        log.out("\r" .. ERASE .. ("\27[1A" .. ERASE):rep(self.shown) .. "\r")
        self.shown = 0
    end
end

local function say(self, fmt, ...)
    erase(self)
    log.out(string.format(fmt, ...) .. "\n")
    io.stdout:flush()
end

local function bar(piece)
    if not piece.total or piece.total <= 0 then
        return ""
    end
    return string.format(" %3d%%", math.min(100, piece.bytes * 100 // piece.total))
end

local function piece_line(piece, now)
    local seconds = now - piece.started
    return string.format("  %-28s %10s%s  %12s  %s", piece.label, sizes.bytes(piece.bytes),
        bar(piece), sizes.rate(piece.bytes, seconds), sizes.seconds(seconds))
end

function methods:step(name, title)
    say(self, "%s: %s", name, title or "")
end

function methods:done(name, seconds)
    if seconds >= 1 then
        say(self, "%s: done in %s", name, sizes.seconds(seconds))
    end
end

function methods:skip(name, _, why)
    say(self, "%s: skipped (%s)", name, why)
end

function methods:draw(pieces, now)
    local lines = {}
    for index, piece in ipairs(pieces) do
        lines[index] = piece_line(piece, now):sub(1, self.width) .. "\n"
    end
    erase(self)
    log.out(table.concat(lines))
    io.stdout:flush()
    self.shown = #lines
end

function methods:piece_done(piece, seconds)
    say(self, "  %-28s %10s  %12s  %s", piece.label, sizes.bytes(piece.bytes),
        sizes.rate(piece.bytes, seconds), sizes.seconds(seconds))
end

function methods:note(text)
    say(self, "  %s", text)
end

function methods:before_stderr()
    erase(self)
    io.stdout:flush()
end

function methods:close()
    erase(self)
end

function methods:result(text)
    say(self, "%s", text)
end

return live
