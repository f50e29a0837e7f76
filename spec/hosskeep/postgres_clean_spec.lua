local clean = require "hosskeep.postgres_clean"
local site = require "support.site"

describe("removing the dumps", function()
    local here, folder, entry

    before_each(function()
        here = site.new()
        folder = here.root .. "/hosskeep-dumps"
        fs.mkdir(folder)
        fs.write(folder .. "/globals.sql", "x")
        entry = { id = "/mnt/backup/hosskeep-dumps", service = "db", host = folder }
    end)

    after_each(function()
        here:remove()
    end)

    -- A container that answers every exec with an error, or with none.
    local function container(state, problem)
        return {
            exec = function(_, argv, options)
                entry.asked, entry.stop = argv[#argv], options.env.HK_STOP
                if problem then
                    error(problem, 0)
                end
            end,
            inspect = function()
                return state and { State = state }
            end,
        }
    end

    it("is done inside the container, behind the end of what runs", function()
        clean.remove(container({ Running = true }), entry)
        assert.equal(entry.id, entry.asked)
        assert.equal("yes", entry.stop)
        assert.is_truthy(fs.stat(folder))
        clean.remove(container({ Running = true }), entry, true)
        assert.equal("no", entry.stop)
    end)

    it("is done on the host when the container has stopped", function()
        clean.remove(container({ Running = false }, "it does not run"), entry)
        assert.is_nil(fs.stat(folder))
    end)

    it("is done on the host when the container is gone", function()
        clean.remove(nil, entry)
        assert.is_nil(fs.stat(folder))
    end)

    it("leaves the files of a container that runs, and tells what it said", function()
        assert.has_error(function()
            clean.remove(container({ Running = true, Paused = true }, "it is paused"), entry)
        end, "it is paused")
        assert.is_truthy(fs.stat(folder))
    end)

    it("tells what the container said when they lie inside it", function()
        entry.host = nil
        assert.has_error(function()
            clean.remove(container({ Running = false }, "it does not run"), entry)
        end, "it does not run")
    end)

    it("tells why the host refuses, when the container is gone", function()
        entry.host = here.root .. "/" .. ("x"):rep(300)
        assert.has_error(function() clean.remove(nil, entry) end)
    end)
end)
