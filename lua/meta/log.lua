---@meta

--- Lines on stderr by log.level ("error", "warn", "info", "debug"), and output with secrets masked.
--- Since 0.3.0.
---@class log
---@field level string
log = {}

--- A line that is always printed.
--- > log.error("disk %s is full", "/dev/sda1")
---@param format string
---@param ... any
function log.error(format, ...) end

--- A warning.
--- > log.warn "the clock is wrong"
---@param format string
---@param ... any
function log.warn(format, ...) end

--- A remark.
--- > log.info("%d files", 3)
---@param format string
---@param ... any
function log.info(format, ...) end

--- A line that is printed with -v.
--- > log.debug("asked %s", "core")
---@param format string
---@param ... any
function log.debug(format, ...) end

--- Registers a value (4 bytes or more) that is printed as *** from now on.
--- > log.secret "correct horse"
--- > assert(log.mask "correct horse" == "***")
---@param value string
function log.secret(value) end

--- A text with all registered values masked.
--- > assert(log.mask "nothing here" == "nothing here")
---@param text string
---@return string
function log.mask(text) end

--- Prints a text on stdout as it is, with secrets masked.
--- > log.out "hello\n"
---@param text string
function log.out(text) end
