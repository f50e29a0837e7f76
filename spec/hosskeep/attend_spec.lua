local attend = require "hosskeep.attend"
local failure = require "hosskeep.failure"

describe("waiting for what runs in a container", function()
    local looks

    -- A container that is paused at these looks.
    local function container(paused)
        looks = 0
        return {
            name = "server_db_1",
            inspect = function()
                looks = looks + 1
                return { State = { Paused = paused[looks] == true } }
            end,
        }
    end

    it("ends with the first job", function()
        local slow <close> = process.run { "sleep", "20", background = true }
        local quick <close> = process.run { "true", background = true }
        assert.equal(quick, attend.any(container {}, "db", { slow, quick }))
    end)

    it("bears a short pause", function()
        local job <close> = process.run { "sleep", "0.2", background = true }
        local paused = { true, true, false, true, true }
        assert.equal(job, attend.any(container(paused), "db", { job }, 0.01))
        assert.is_true(looks > #paused)
    end)

    it("ends when the container stands still", function()
        local job <close> = process.run { "sleep", "20", background = true }
        local ok, problem = pcall(attend.any, container { false, true, true, true }, "db", { job },
            0.01)
        assert.is_false(ok)
        assert.equal(10, failure.exit(problem, 10)) -- no code of its own
        assert.matches("^db: somebody has paused its container server_db_1", failure.text(problem))
        assert.equal(4, looks)
    end)
end)
