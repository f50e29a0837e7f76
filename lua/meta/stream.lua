---@meta

--- Bytes that move between modules without passing through Lua. A reader is pulled from, a writer
--- is pushed into and makes its work real with close(); a writer that is not closed drops it. Jobs
--- are operations in the background: most calls that take long have the option background=true.
--- Since 0.3.0.
---@class stream
stream = {}

--- Copies all that is left of a reader into a writer. In the background both are taken over and
--- closed.
--- > local n = stream.copy(stream.from_string "hello", stream.null())
--- > assert(n == 5)
---@param reader stream.reader
---@param writer stream.writer
---@param options? table progress=fn(bytes), background
---@return integer bytes
function stream.copy(reader, writer, options) end

--- A reader of a string.
--- > assert(stream.from_string("abc"):read_all() == "abc")
---@param text string
---@return stream.reader
function stream.from_string(text) end

--- A writer that drops everything.
--- > stream.null():write("gone"):close()
---@return stream.writer
function stream.null() end

--- Waits until one of several jobs has ended; nil when the time is up.
--- > local job = stream.copy(stream.from_string "x", stream.null(), { background = true })
--- > assert(stream.wait_any { job, timeout = 5 } == job)
---@param jobs table the jobs in a list, and timeout
---@return stream.job?
function stream.wait_any(jobs) end

--- Something to read bytes from.
---@class stream.reader

--- Up to n bytes (65536), or nil at the end.
--- > local r <close> = stream.from_string "hello"
--- > assert(r:read(2) == "he" and r:read() == "llo" and r:read() == nil)
---@param n? integer
---@return string?
function reader:read(n) end

--- All that is left; more than max bytes (1 MiB) raises.
--- > assert(stream.from_string("hello"):read_all(10) == "hello")
---@param max? integer
---@return string
function reader:read_all(max) end

--- Iterates over lines, without their newline; closes the reader at the end.
--- > for line in stream.from_string("a\nb\n"):lines() do assert(#line == 1) end
---@return function
function reader:lines() end

--- Ends reading. A second close is fine.
--- > local r = stream.from_string "x"
--- > r:close()
function reader:close() end

--- Something to write bytes to.
---@class stream.writer

--- Writes strings; returns the writer.
--- > stream.null():write("a", "b"):close()
---@param ... string
---@return stream.writer
function writer:write(...) end

--- Makes what was written real: the file appears, the request is answered. Raises when it fails.
--- > local w = fs.create(folder .. "/made")
--- > w:write "hello"
--- > w:close()
--- > assert(fs.read(folder .. "/made") == "hello")
function writer:close() end

--- Drops what was written.
--- > local w = fs.create(folder .. "/dropped")
--- > w:write("hello"):abort()
--- > assert(fs.stat(folder .. "/dropped") == nil)
function writer:abort() end

--- An operation in the background.
---@class stream.job

--- Its results, or what it raised; nil and "timeout" when the time is up.
--- > local job = stream.copy(stream.from_string "x", stream.null(), { background = true })
--- > assert(job:wait(5) == 1)
---@param timeout? number
---@return any
function job:wait(timeout) end

--- True once it has ended.
--- > local job = stream.copy(stream.from_string "x", stream.null(), { background = true })
--- > job:wait()
--- > assert(job:done())
---@return boolean
function job:done() end

--- How many bytes it has moved so far.
--- > local job = stream.copy(stream.from_string "abc", stream.null(), { background = true })
--- > job:wait()
--- > assert(job:bytes() == 3)
---@return integer
function job:bytes() end

--- Tells it to end; wait() then raises kind "cancelled", unless it was done.
--- > local job = process.run { "sleep", "30", background = true }
--- > job:cancel()
function job:cancel() end
