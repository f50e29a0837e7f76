---@meta

--- This process and other programs. Programs are lists of arguments, never glued strings; secrets
--- belong into env. Since 0.3.0.
---@class process
---@field pid integer
---@field uid integer
---@field gid integer
---@field user string
---@field home string
process = {}

--- Runs a program to its end. Options beside the arguments: argv, env, cwd, stdin, shell, timeout,
--- capture, merge, check, max_output, background.
--- > assert(process.run { "echo", "hi" }.stdout == "hi\n")
---@param options table
---@return table result code, signal, stdout, stderr
function process.run(options) end

--- Starts a program whose standard input is a pipe. Options beside the arguments: argv, env, cwd,
--- shell, detach, ignore_signals, output.
--- > local child = process.start { "sleep", "0" }
--- > assert(child:wait(10).code == 0)
---@param options table
---@return process.child
function process.start(options) end

--- The working folder.
--- > assert(process.cwd():sub(1, 1) == "/")
---@return string
function process.cwd() end

--- A variable of the environment, or nil.
--- > assert(process.getenv "NO_SUCH_VARIABLE" == nil)
---@param name string
---@return string?
function process.getenv(name) end

--- True when a descriptor is a terminal.
--- > print(process.isatty(1))
---@param fd integer
---@return boolean
function process.isatty(fd) end

--- The name of this machine.
--- > assert(#process.hostname() > 0)
---@return string
function process.hostname() end

--- The path of a program in PATH, or nil.
--- > assert(process.which "sh")
---@param name string
---@return string?
function process.which(name) end

--- A program that was started.
---@class process.child
---@field pid integer

--- Writes to its standard input.
--- > local child = process.start { "cat", output = "null" }
--- > child:write "hello"
--- > child:close_stdin()
--- > child:wait(10)
---@param text string
function child:write(text) end

--- Ends its standard input.
--- > local child = process.start { "cat" }
--- > child:close_stdin()
--- > assert(child:wait(10).code == 0)
function child:close_stdin() end

--- True while it runs.
--- > local child = process.start { "sleep", "30" }
--- > assert(child:running())
--- > child:kill()
---@return boolean
function child:running() end

--- How it ended; nil when it still runs by then.
--- > local child = process.start { "sleep", "30" }
--- > assert(child:wait(0.01) == nil)
--- > child:kill "KILL"
---@param timeout? number
---@return table? ended code, signal
function child:wait(timeout) end

--- Sends a signal (TERM) to it and what it started; false when it had ended.
--- > local child = process.start { "sleep", "30" }
--- > assert(child:kill "TERM")
---@param signal? string|integer
---@return boolean
function child:kill(signal) end
