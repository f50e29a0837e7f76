local guard_client = require "hosskeep.guard_client"

-- A process as guard_client uses one, which keeps what it hears.
local function deaf(heard)
    return {
        pid = process.pid,
        running = function() return false end,
        write = function(_, line) heard[#heard + 1] = line end,
        close_stdin = function() heard.closed = true end,
    }
end

describe("the guard's client", function()
    it("takes leave of a guard that seems to have died and may live", function()
        local guard, heard = guard_client.new {}, {}
        guard:ready()
        guard:pausing "abc"
        local alive = guard.process
        guard.process = deaf(heard)
        guard:resumed "abc"
        assert.same({ "resume abc\n", closed = true }, heard)
        assert.is_true(guard.process:running())
        guard:close()
        alive:write "resume abc\n"
        alive:close_stdin()
        assert.equal(0, alive:wait(5).code)
    end)

    it("ends one that really died", function()
        local guard = guard_client.new {}
        guard:pausing "abc"
        local first = guard.process
        first:kill(9)
        first:wait(5)
        guard:resumed "abc"
        assert.not_equal(first.pid, guard.process.pid)
        guard:close()
        assert.is_nil(guard.process)
    end)
end)
