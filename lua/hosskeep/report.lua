-- What a run tells while it goes: a live display on a terminal, plain lines on a pipe, one JSON
-- event per line with --json, the result only with --quiet.
--
-- This file keeps the state (which step, which pieces, how many bytes since when); the forms are
-- report_live.lua, report_plain.lua and report_json.lua.

local report = {}

local methods = {}
report.methods = methods
local meta = { __index = methods, __name = "report" }

local INTERVAL = 0.2 -- seconds between two updates of a piece

local function quiet_form()
    return {
        result = function(_, text)
            log.out(text .. "\n")
        end,
    }
end

local function choose(options)
    if options.json then
        return require("hosskeep.report_json").new()
    elseif options.quiet then
        return quiet_form()
    elseif options.live ~= false and (options.live or process.isatty(1)) then
        return require("hosskeep.report_live").new()
    end
    return require("hosskeep.report_plain").new()
end

--- A report for one run. Options: procedure, json, quiet, verbose, live (forces a form).
function report.new(options)
    return setmetatable({
        procedure = options.procedure,
        form = choose(options),
        quiet = options.quiet,
        verbose = options.verbose,
        pieces = {},
        started = time.monotonic(),
        drawn = 0,
    }, meta)
end

-- When standard output takes no more (a full disk, a closed pipe), the work goes on in silence;
-- close() tells.
local function tell(self, what, ...)
    local fn = self.form[what]
    if fn and not self.silenced then
        local _, err = try(fn, self.form, ...)
        self.silenced = err
    end
end

local function text_of(fmt, ...)
    return select("#", ...) > 0 and string.format(fmt, ...) or tostring(fmt)
end

--- A step begins.
function methods:step(name, title)
    self.current = { name = name, started = time.monotonic() }
    tell(self, "step", name, title)
end

--- The running step is done.
function methods:done(name)
    for index = #self.pieces, 1, -1 do
        if self.pieces[index] and not self.pieces[index].job then
            self:finish(self.pieces[index].label)
        end
    end
    local seconds = self.current and time.monotonic() - self.current.started or 0
    tell(self, "done", name, seconds)
    self.current = nil
end

--- A step is left out, and why.
function methods:skip(name, title, why)
    tell(self, "skip", name, title, why)
end

local function piece_of(self, label)
    for _, piece in ipairs(self.pieces) do
        if piece.label == label then
            return piece
        end
    end
    local piece = { label = label, bytes = 0, started = time.monotonic(), told = 0 }
    table.insert(self.pieces, piece)
    tell(self, "piece", piece)
    return piece
end

local function poll_jobs(self)
    for _, piece in ipairs(self.pieces) do
        if piece.job then
            piece.bytes = try(piece.job.bytes, piece.job) or piece.bytes
        end
    end
end

--- Draws again when some time has passed; steps that wait call it while they do.
function methods:tick()
    local now = time.monotonic()
    if now - self.drawn >= INTERVAL then
        self.drawn = now
        poll_jobs(self)
        tell(self, "draw", self.pieces, now)
    end
end

--- A piece of work has moved `bytes` so far (of `total`, if known). Without bytes: returns a
--- function that a progress= option takes.
function methods:progress(label, bytes, total)
    if bytes == nil then
        return function(moved)
            self:progress(label, moved, total)
        end
    end
    local piece = piece_of(self, label)
    piece.bytes = bytes or piece.bytes
    piece.total = total or piece.total
    self:tick()
end

--- Shows the bytes of a background job among the running pieces, until finish(label).
function methods:watch(label, job, total)
    local piece = piece_of(self, label)
    piece.job, piece.total = job, total
    self:tick()
    return job
end

--- Waits for a background job and shows its bytes and time meanwhile. Returns or raises what
--- job:wait() does.
function methods:await(label, job, total)
    self:watch(label, job, total)
    while not job:done() do
        stream.wait_any { job, timeout = INTERVAL }
        self:tick()
    end
    self:finish(label)
    return job:wait()
end

--- A piece is complete.
function methods:finish(label, bytes)
    for index, piece in ipairs(self.pieces) do
        if piece.label == label then
            if piece.job then
                piece.bytes = try(piece.job.bytes, piece.job) or piece.bytes
            end
            piece.bytes = bytes or piece.bytes
            table.remove(self.pieces, index)
            tell(self, "piece_done", piece, time.monotonic() - piece.started)
            return
        end
    end
end

--- A remark.
function methods:note(fmt, ...)
    tell(self, "note", text_of(fmt, ...))
end

--- A warning; also printed with --quiet, on stderr.
function methods:warn(fmt, ...)
    local text = text_of(fmt, ...)
    tell(self, "before_stderr")
    io.stderr:write(log.mask("hosskeep: warning: " .. text), "\n")
    tell(self, "warn", text)
end

--- A traceback, shown with -v.
function methods:trace(trace)
    if self.verbose and trace then
        tell(self, "before_stderr")
        io.stderr:write(log.mask(trace), "\n")
    end
end

--- The run failed: clears the way for the error's line.
function methods:failed(step, text, code)
    tell(self, "before_stderr")
    tell(self, "failed", step, text, code)
end

--- What the run made: the last line on stdout.
function methods:result(text, fields)
    self.last = { text = text, fields = fields }
end

--- The end of the run.
function methods:close(code)
    tell(self, "close", code, time.monotonic() - self.started)
    if self.last then
        tell(self, "result", self.last.text, self.last.fields)
        self.last = nil
    end
    if self.silenced then
        error(self.silenced, 0)
    end
end

return report
