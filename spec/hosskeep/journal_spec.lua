local engine = require "support.engine"
local journal = require "hosskeep.journal"
local recover = require "hosskeep.recover"
local site = require "support.site"

describe("the journal", function()
    local here, path

    before_each(function()
        here = site.new()
        path = here.root .. "/journal"
    end)

    after_each(function()
        here:remove()
    end)

    it("is on disk before the thing is made, and gone when all is done", function()
        local j = journal.open(path)
        local one = j:add { kind = "helper", id = "hosskeep-1" }
        local two = j:add { kind = "paused", id = "abc" }
        assert.equal(384, fs.stat(path).mode)
        local entries = journal.parse(fs.read(path))
        assert.equal("helper", entries[1].kind)
        assert.equal("abc", entries[2].id)
        assert.is_true(j:done(one))
        assert.is_false(j:done(one))
        assert.equal(1, #journal.parse(fs.read(path)))
        j:done(two)
        assert.is_nil(fs.stat(path))
    end)

    it("is written in the end when it could not be before", function()
        local j = journal.open(path)
        local token = j:add { kind = "helper", id = "hosskeep-1" }
        j.path = here.root .. "/" .. ("x"):rep(300)
        assert.is_true(j:done(token))
        assert.has_error(function() j:finish() end)
        j.path = path
        j:finish()
        assert.is_nil(fs.stat(path))
        j.path = here.root .. "/" .. ("x"):rep(300)
        j:finish() -- nothing is to be written
    end)

    it("is read although its last line was cut off", function()
        fs.write(path, '{"kind":"file","id":"/x"}\n{"kind":"fil', { replace = true })
        assert.equal(1, #journal.open(path):leftovers())
    end)

    it("puts right what was left, newest first, and keeps what it cannot", function()
        local client = engine.client()
        client.state.abc = "paused"
        local partial = here.root .. "/.x.partial"
        fs.write(partial, "")
        local j = journal.open(path)
        j:add { kind = "image", id = "hosskeep-empty:1" }
        j:add { kind = "helper", id = "hosskeep-1f" }
        j:add { kind = "paused", id = "abc" }
        j:add { kind = "file", id = partial }
        j:add { kind = "teapot", id = "x" }
        local ctx = engine.context(here.root, client)
        recover.all(ctx)
        assert.same({ "unpause abc", "DELETE /containers/hosskeep-ID",
            "DELETE /images/hosskeep-empty:1" }, client.log)
        assert.is_nil(fs.stat(partial))
        assert.equal("journal: teapot x: left by an earlier run, and nothing knows how to end it",
            ctx.warnings[1])
        assert.equal(1, #journal.parse(fs.read(path)))
        assert.equal(4, #ctx.notes)
    end)

    it("keeps an entry whose handler fails, for the next run", function()
        local client = engine.client()
        client.status = 500
        journal.open(path):add { kind = "helper", id = "hosskeep-1f" }
        local ctx = engine.context(here.root, client)
        ctx.journal:recover(ctx)
        assert.matches("helper hosskeep%-1f: not put right", ctx.warnings[1])
        client.status = 404
        ctx = engine.context(here.root, client)
        ctx.journal:recover(ctx)
        assert.is_nil(fs.stat(path))
    end)

    it("renames back only into an empty place", function()
        local from, to = here.root .. "/data", here.root .. "/data.aside"
        fs.mkdir(to)
        journal.open(path):add { kind = "renamed", id = from, from = from, to = to }
        local ctx = engine.context(here.root, engine.client())
        ctx.journal:recover(ctx)
        assert.is_truthy(fs.stat(from))
        fs.mkdir(to)
        journal.open(path):add { kind = "renamed", id = from, from = from, to = to }
        ctx = engine.context(here.root, engine.client())
        ctx.journal:recover(ctx)
        assert.is_truthy(fs.stat(to))
    end)

    it("removes unfinished archives and leaves the others", function()
        fs.mkdir(here.root .. "/backups")
        local names = { ".hoss-backup-1.tar.gz.partial", "hoss-backup-1.tar.gz", "x.partial" }
        for _, name in ipairs(names) do
            fs.write(here.root .. "/backups/" .. name, "x")
        end
        recover.all(engine.context(here.root, engine.client()))
        assert.same({ "hoss-backup-1.tar.gz", "x.partial" }, fs.list(here.root .. "/backups"))
    end)

    it("takes handlers for further kinds", function()
        journal.handler("site-thing", function(_, entry)
            return entry.id == "1"
        end)
        journal.open(path):add { kind = "site-thing", id = "1" }
        local ctx = engine.context(here.root, engine.client())
        assert.equal(1, ctx.journal:recover(ctx))
    end)
end)
