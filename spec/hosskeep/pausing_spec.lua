local engine = require "support.engine"
local journal = require "hosskeep.journal"
local pausing = require "hosskeep.pausing"
local process_stat = require "hosskeep.process_stat"
local site = require "support.site"
require "hosskeep.recover" -- the journal's handlers

describe("pausing", function()
    local here, client, ctx

    before_each(function()
        here = site.new()
        client = engine.client()
        client.state.abc = "running"
        ctx = engine.context(here.root, client)
    end)

    after_each(function()
        here:remove()
    end)

    local function stream(name)
        return {
            close = function()
                client:tell("close " .. name)
            end,
        }
    end

    it("tells the guard first, and closes streams before it resumes", function()
        do
            local hold <close> = pausing.pause(ctx, client:container "abc")
            hold:closes(stream "a")
            hold:closes(stream "b")
            assert.is_true(hold:active())
        end
        assert.same({ "guard pause abc", "pause abc", "close b", "close a", "unpause abc",
            "guard resume abc" }, client.log)
        assert.is_nil(fs.stat(here.root .. "/journal"))
    end)

    it("leaves the next run to wait for the guard of a killed one", function()
        local guard = process.start { "sleep", "0.5" }
        local stat = process_stat.of(guard.pid)
        client.state.abc = "paused"
        local began = time.monotonic()
        journal.handler_of "paused"(ctx, { id = "abc",
            guard = { pid = stat.pid, started = stat.started } })
        assert.is_true(time.monotonic() - began > 0.3)
        assert.equal("running", client.state.abc)
        guard:wait(5)
        began = time.monotonic()
        journal.handler_of "paused"(ctx, { id = "abc",
            guard = { pid = tostring(process.pid), started = "1" } })
        assert.is_true(time.monotonic() - began < 0.3)
    end)

    it("names the guard in the journal before it is told of anything", function()
        local noted
        function ctx.guard.pausing()
            noted = journal.parse(fs.read(here.root .. "/journal"))
        end
        pausing.pause(ctx, client:container "abc"):resume()
        assert.same({ pid = tostring(process.pid), started = "1" }, noted[1].guard)
    end)

    it("tells the guard nothing that could not be noted", function()
        fs.remove_tree(here.root)
        assert.has_error(function() pausing.pause(ctx, client:container "abc") end)
        assert.same({}, client.log)
    end)

    it("takes the note back when the guard cannot be told", function()
        function ctx.guard.pausing()
            error "no guard"
        end
        assert.has_error(function() pausing.pause(ctx, client:container "abc") end)
        ctx.stack[1].fn()
        assert.same({}, client.log)
        assert.is_nil(fs.stat(here.root .. "/journal"))
    end)

    it("resumes once, however often it is asked", function()
        local hold = pausing.pause(ctx, client:container "abc")
        hold:resume()
        hold:resume()
        ctx.stack[1].fn()
        assert.equal(4, #client.log)
    end)

    it("resumes when a stream fails to close, and then tells it", function()
        local hold = pausing.pause(ctx, client:container "abc")
        hold:closes {
            close = function()
                error("broken pipe", 0)
            end,
        }
        assert.has_error(function()
            hold:resume()
        end, "broken pipe")
        assert.equal("running", client.state.abc)
    end)

    it("leaves one alone that was paused before", function()
        client.state.abc = "paused"
        pausing.pause(ctx, client:container "abc"):resume()
        assert.same({}, client.log)
        assert.equal("container abc: was paused already, and stays so", ctx.warnings[1])
    end)

    it("tells when somebody else has resumed it", function()
        local hold = pausing.pause(ctx, client:container "abc")
        client.state.abc = "running"
        hold:resume()
        assert.same({ "container abc: somebody else has resumed it while it was read" },
            ctx.warnings)
    end)

    it("checks that the container runs, and keeps the journal if it does not", function()
        client.stubborn = true
        local hold = pausing.pause(ctx, client:container "abc")
        assert.has_error(function()
            hold:resume()
        end)
        assert.is_truthy(fs.stat(here.root .. "/journal"))
        client.stubborn = false
        hold:resume()
        assert.is_nil(fs.stat(here.root .. "/journal"))
    end)

    it("is content with a container that has gone", function()
        local hold = pausing.pause(ctx, client:container "abc")
        client.state.abc = nil
        client.stubborn = true
        hold:resume()
        assert.is_false(hold:active())
    end)
end)
