---@meta

--- Clocks; all times are seconds, with a fraction. Since 0.3.0.
---@class time
time = {}

--- Seconds since 1970.
--- > assert(time.now() > 1.7e9)
---@return number
function time.now() end

--- Seconds of a clock that is never set back.
--- > local t = time.monotonic()
--- > assert(time.monotonic() >= t)
---@return number
function time.monotonic() end

--- A time in UTC, by the letters of strftime.
--- > assert(time.format("%Y-%m-%dT%H:%M:%SZ", 0) == "1970-01-01T00:00:00Z")
---@param format string
---@param t? number now by default
---@return string
function time.format(format, t) end

--- The time in an ISO 8601 text, or nil.
--- > assert(time.parse_iso "1970-01-01T00:01:00Z" == 60)
---@param text string
---@return number?
function time.parse_iso(text) end

--- Waits. A signal ends it.
--- > time.sleep(0.01)
---@param seconds number
function time.sleep(seconds) end
