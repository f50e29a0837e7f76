-- Reports print; so each is run in a hosskeep of its own and its output looked at.

local function output(options, body)
    local chunk = string.format("local r = require('hosskeep.report').new { %s }\n%s\n%s", options,
        body, "r:close(0)")
    local result = process.run { argv = { hosskeep.executable, "-e", chunk } }
    assert.equal(0, result.code, result.stderr)
    return result.stdout, result.stderr
end

local STORY = [[
r:step("copy", "Copy things")
r:progress("auth", 512, 1024)
r.drawn = 0
r:progress("auth", 1024, 1024)
r:warn("%d%% full", 91)
r:finish "auth"
r:note("it is %s", "fine")
r:done "copy"
r:skip("ldap", "The directory", "not here")
r:result("/b/a.tar.gz", { archive = "/b/a.tar.gz" })
]]

describe("a report", function()
    it("is plain lines on a pipe", function()
        local out, err = output("", STORY)
        assert.matches("^copy: Copy things\n  auth: 1%.0 KiB in [^\n]+\n  it is fine\n"
            .. "copy: done in [^\n]+\nldap: skipped %(not here%)\n/b/a%.tar%.gz\n$", out)
        assert.equal("hosskeep: warning: 91% full\n", err)
    end)

    it("is redrawn in place on a terminal, and the screen is never cleared", function()
        local out = output("live = true", STORY)
        assert.matches("auth +512 B +50%%", out)
        assert.matches("\27%[1A", out)
        assert.not_matches("\27%[2J", out)
        assert.not_matches("\27c", out)
        assert.matches("/b/a%.tar%.gz\n$", out)
    end)

    it("is the result only when quiet, warnings on stderr", function()
        local out, err = output("quiet = true", STORY)
        assert.equal("/b/a.tar.gz\n", out)
        assert.equal("hosskeep: warning: 91% full\n", err)
    end)

    it("is one JSON object a line with --json", function()
        local out = output("json = true", STORY)
        local events = {}
        for line in out:gmatch "[^\n]+" do
            local event = json.decode(line)
            assert.is_string(event.time)
            events[#events + 1] = event.event
        end
        assert.equal("step piece progress progress warning piece_done note done skip end result",
            table.concat(events, " "))
    end)

    it("shows the bytes of background jobs and waits for them", function()
        local out = output("", [[
            local job = stream.copy(stream.from_string(("x"):rep(3000)), stream.null(),
                { background = true })
            local n = r:await("copy", job)
            r:note("%d bytes", n)]])
        assert.matches("copy: 2%.9 KiB in", out)
        assert.matches("3000 bytes", out)
    end)

    it("gives progress functions", function()
        local out = output("", [[r:step "s"; local f = r:progress "auth"; f(1); f(2048)
            r:done "s"]])
        assert.matches("auth: 2%.0 KiB", out)
    end)

    it("masks secrets", function()
        local out, err = output("", [[log.secret "hunter2hunter2"
            r:note("x hunter2hunter2"); r:warn "y hunter2hunter2"]])
        assert.not_matches("hunter2", out .. err)
        assert.matches("%*%*%*", out)
        assert.matches("%*%*%*", err)
    end)
end)
