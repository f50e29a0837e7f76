-- The prompt: reads a chunk, evaluates it, prints what it returns, and survives what it raises.
--
-- A line is tried as an expression first, then as a statement; one that is not complete goes on in
-- the next line. Lines that begin with ":" are commands. `terminal` is the part made in C.

local commands = require "hosskeep.repl_commands"
local complete = require "hosskeep.repl_complete"
local history = require "hosskeep.repl_history"
local printer = require "hosskeep.repl_print"
local stepwise = require "hosskeep.repl_steps"

local repl = {}

local methods = {}
local meta = { __index = methods }

--- The globals of the prompt: assignments stay here, reading an undeclared name raises.
local function environment(terminal)
    local function tell(what)
        log.out(require("hosskeep.help").text(what) .. "\n")
    end
    return setmetatable({ help = tell }, { __index = terminal.globals })
end

--- A prompt over a terminal; `variables` are put into its globals.
function repl.new(terminal, variables)
    local self = setmetatable({ terminal = terminal, env = environment(terminal) }, meta)
    for name, value in pairs(variables or {}) do
        self.env[name] = value
    end
    self.options = { depth = 3, width = terminal.width() }
    return self
end

--- Compiles a text: the chunk; nil, message and whether more lines would help.
function methods:compile(text)
    local expression = text:match "^%s*=(.*)$"
    local chunk, message = load("return " .. (expression or text), "=prompt", "t", self.env)
    if chunk then
        return chunk
    end
    if not expression then
        chunk, message = load(text, "=prompt", "t", self.env)
    end
    return chunk, message, message and message:find "<eof>$" ~= nil
end

function methods:show(value)
    return printer.text(value, self.options)
end

--- Prints results and keeps them: `_` is the first, `_1`, `_2`, ... all of them.
function methods:results(count, ...)
    for i = 1, count do
        local value = select(i, ...)
        self.env["_" .. i] = value
        log.out(self:show(value) .. "\n")
    end
    if count > 0 then
        self.env._ = (...)
    end
end

--- The error in one line; its traceback waits for :bt.
function methods:failed(err)
    self.trace = self.terminal.trace()
    io.stderr:write("error: ", (printer.error(err):gsub("%s*\n%s*", "; ")), "\n")
    return false
end

local function after_call(self, ok, ...)
    if not ok then
        return self:failed((...))
    end
    self:results(select("#", ...), ...)
    return true
end

--- Runs a function and prints what comes of it; true when it raised nothing.
function methods:call(f, ...)
    return after_call(self, self.terminal.call(f, ...))
end

--- Evaluates one complete input. Returns whether it went well.
function methods:evaluate(text)
    local chunk, message = self:compile(text)
    if not chunk then
        self.trace = nil
        io.stderr:write("error: ", message, "\n")
        return false
    end
    return self:call(chunk)
end

--- Reads until the input is complete: the text; nil and "end" or "interrupted".
function methods:read(prompt)
    local text, why = self.terminal.read(prompt)
    if not text then
        return nil, why
    end
    history.add(self, text)
    while not text:find "^%s*:" and not text:find "^%s*$" do
        local chunk, _, incomplete = self:compile(text)
        if chunk or not incomplete then
            break
        end
        local more, reason = self.terminal.read(string.rep(" ", #prompt - 3) .. ">> ")
        if not more then
            return nil, reason == "end" and "cut" or reason
        end
        history.add(self, more)
        text = text .. "\n" .. more
    end
    return text
end

local function step(self, prompt)
    local text, why = self:read(prompt)
    if why == "interrupted" then
        return true
    elseif not text then
        self.done = true
        if why == "cut" then
            io.stderr:write "error: the input ended within a chunk\n"
        end
        return why ~= "cut"
    elseif text:find "^%s*:" then
        return commands.run(self, text)
    elseif text:find "^%s*$" then
        return true
    end
    return self:evaluate(text)
end

--- One input after the other, until one ends the prompt.
function methods:rounds(prompt)
    while not self.done do
        if not step(self, prompt) and not self.terminal.interactive then
            return 2
        end
    end
    return self.code or 0
end

--- Reads and evaluates to the end. Returns the exit code: without a terminal the first error ends.
function methods:loop(prompt)
    local terminal = self.terminal
    history.load(self)
    terminal.completer(function(line, word)
        return complete.candidates(self, line, word)
    end)
    local code = self:rounds(prompt or "hosskeep> ")
    stepwise.close(self)
    return code
end

local function greet(terminal, archive)
    if terminal.interactive then
        log.out(string.format("hosskeep %s, Lua 5.4; help() and :help tell more, :quit ends\n",
            hosskeep.version))
        if archive then
            log.out "a is the archive\n"
        end
    end
end

--- hosskeep repl [--archive FILE]
function repl.run(terminal, file)
    local variables = {}
    local a <close> = file and archive.open(file) or nil
    variables.a = a
    greet(terminal, file)
    return repl.new(terminal, variables):loop()
end

return repl
