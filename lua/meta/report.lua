---@meta

--- What a run tells while it goes: ctx.report. The engine tells steps; steps tell pieces of work.
--- Since 0.3.0.
---@class report
report = {}

--- A report. Options: procedure, json, quiet, verbose, live.
--- > local r = report.new { quiet = true }
--- > r:close(0)
---@param options table
---@return report
function report.new(options) end

--- A piece has moved so many bytes; without bytes, the function that a progress= option takes.
--- > ctx.report:progress("auth", 512, 1024)
--- > ctx.report:progress("auth")(1024)
---@param label string
---@param bytes? integer
---@param total? integer
---@return function?
function report:progress(label, bytes, total) end

--- Shows a background job's bytes among the running pieces, until finish(label).
--- > local job = stream.copy(stream.from_string "x", stream.null(), { background = true })
--- > ctx.report:watch("copy", job):wait()
---@param label string
---@param job stream.job
---@param total? integer
---@return stream.job
function report:watch(label, job, total) end

--- Waits for a background job, showing it. Returns or raises what job:wait() does.
--- > local job = stream.copy(stream.from_string "x", stream.null(), { background = true })
--- > assert(ctx.report:await("copy", job) == 1)
---@param label string
---@param job stream.job
---@param total? integer
---@return any
function report:await(label, job, total) end

--- A piece is complete.
--- > ctx.report:progress("auth", 512)
--- > ctx.report:finish("auth", 1024)
---@param label string
---@param bytes? integer
function report:finish(label, bytes) end

--- Draws again, for steps that wait in a loop of their own.
--- > ctx.report:tick()
function report:tick() end

--- A remark.
--- > ctx.report:note("%d files", 3)
---@param format string
---@param ... any
function report:note(format, ...) end

--- A warning on stderr; ctx:warn also counts it.
--- > ctx.report:warn "odd"
---@param format string
---@param ... any
function report:warn(format, ...) end

--- What the run made: the last line on stdout, or the event "result".
--- > ctx.report:result("/backup/x.tar.gz", { archive = "/backup/x.tar.gz" })
---@param text string
---@param fields? table
function report:result(text, fields) end

--- A step begins (told by the engine).
--- > ctx.report:step("copy", "Copy things")
---@param name string
---@param title? string
function report:step(name, title) end

--- The running step is done (told by the engine).
--- > ctx.report:done "copy"
---@param name string
function report:done(name) end

--- A step is left out (told by the engine).
--- > ctx.report:skip("ldap", "The directory", "not here")
---@param name string
---@param title? string
---@param why string
function report:skip(name, title, why) end

--- A traceback, printed with -v.
--- > ctx.report:trace "stack traceback: ..."
---@param trace string
function report:trace(trace) end

--- The run failed (told by the engine).
--- > ctx.report:failed("copy", "no space", 5)
---@param step string?
---@param text string
---@param code? integer
function report:failed(step, text, code) end

--- The end of the run (told by the engine).
--- > ctx.report:close(0)
---@param code integer
function report:close(code) end
