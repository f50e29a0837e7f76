---@meta

--- What is in flight, on disk before it is made: ctx.journal. The next run puts right what a killed
--- one left. Since 0.3.0.
---@class journal
journal = {}

--- Registers what puts entries of a kind right; true when it is done.
--- > journal.handler("site-thing", function(ctx, entry) return true end)
---@param kind string
---@param fn fun(ctx: ctx, entry: table): boolean
function journal.handler(kind, fn) end

--- The handler of a kind, or nil.
--- > assert(journal.handler_of "helper")
---@param kind string
---@return function?
function journal.handler_of(kind) end

--- The entries in a journal's text.
--- > assert(#journal.parse '{"kind":"file","id":"/x"}\n' == 1)
---@param text string?
---@return table[]
function journal.parse(text) end

--- Opens a journal file.
--- > local j = journal.open(folder .. "/journal")
--- > j:done(j:add { kind = "file", id = folder .. "/x" })
---@param path string
---@return journal
function journal.open(path) end

--- Notes a thing, synced, before it is made.
--- > local j = journal.open(folder .. "/journal")
--- > local token = j:add { kind = "file", id = folder .. "/x" }
--- > j:done(token)
---@param entry table kind, id, ...
---@return integer token
function journal:add(entry) end

--- The thing is gone, or has become lasting.
--- > assert(journal.open(folder .. "/journal"):done(99) == false)
---@param token integer
---@return boolean
function journal:done(token) end

--- Writes what could not be written before, at the end of a run; raises when it still cannot.
--- > journal.open(folder .. "/journal"):finish()
function journal:finish() end

--- The entries of an earlier run, newest first.
--- > assert(#journal.open(folder .. "/journal"):leftovers() == 0)
---@return table[]
function journal:leftovers() end

--- Puts right what an earlier run left; the number of entries.
--- > assert(journal.open(folder .. "/journal"):recover(ctx) == 0)
---@param ctx ctx
---@return integer
function journal:recover(ctx) end

--- Writes the open entries, synced.
--- > journal.open(folder .. "/journal"):write(false)
function journal:write() end
