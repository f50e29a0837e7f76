local engine = require "support.engine"
local journal = require "hosskeep.journal"
local site = require "support.site"
local start_command = require "hosskeep.start_command"

describe("the start command", function()
    local here, ctx, path, job

    before_each(function()
        here = site.new()
        ctx = engine.context(here.root, engine.client())
        ctx.options = { config_dir = here.root }
        path = start_command.path(ctx)
    end)

    after_each(function()
        if job then
            job:cancel()
            try(job.wait, job)
            job = nil
        end
        here:remove()
    end)

    local function wait_for(what)
        local stop = time.monotonic() + 10
        while not what() do
            assert(time.monotonic() < stop, "not within 10 s")
            time.sleep(0.02)
        end
    end

    -- Runs a command that tells when it has begun.
    local function started(command)
        local mark = fs.join(here.root, "mark")
        job = start_command.start(path, ": > " .. mark .. "; " .. command)
        wait_for(function() return fs.stat(mark) end)
    end

    it("gives what the command gives", function()
        local result = start_command.start(path, "echo here; exit 3"):wait(10)
        assert.equal(3, result.code)
        assert.equal("here\n", result.stdout)
    end)

    it("is ended with all that it has started", function()
        started "sleep 100 & sleep 100"
        assert.equal(true, start_command.end_noted(path))
        local result = job:wait(10)
        assert.equal(15, result.signal)
        assert.equal(false, start_command.end_noted(path))
    end)

    it("is ended when its shell has gone already", function()
        started "sleep 100 > /dev/null 2>&1 & exit 0"
        job:wait(10)
        assert.equal(true, start_command.end_noted(path))
        assert.equal(false, start_command.end_noted(path))
    end)

    it("is killed when it does not listen", function()
        started "trap '' TERM; while :; do sleep 1; done"
        assert.equal(true, start_command.end_noted(path))
        assert.equal(9, job:wait(10).signal)
    end)

    it("is no other process that has the number now", function()
        started "sleep 100"
        local text = fs.read(path)
        local other = text:gsub("^%S+", "00000000-0000-0000-0000-000000000000")
        fs.write(path, other)
        assert.equal(false, start_command.end_noted(path))
        local head, rest = text:match "^(.*%) )(.*)$"
        local fields, n = {}, 0
        for word in rest:gmatch "%S+" do
            n = n + 1
            fields[n] = n == 20 and "1" or word
        end
        fs.write(path, head .. table.concat(fields, " ") .. "\n")
        assert.equal(false, start_command.end_noted(path))
        assert.equal(nil, job:wait(0))
    end)

    it("is not known from a file that is cut off, or not there", function()
        fs.write(path, "nothing to be read\n")
        assert.equal(false, start_command.end_noted(path))
        fs.remove(path)
        assert.equal(false, start_command.end_noted(path))
    end)

    it("is put right by the journal", function()
        started "sleep 100"
        assert.equal(true, journal.handler_of "start"(ctx, { kind = "start", id = path }))
        assert.equal(nil, fs.stat(path))
        assert.equal(15, job:wait(10).signal)
    end)
end)
