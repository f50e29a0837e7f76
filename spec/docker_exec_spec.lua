local room = require "support.real_engine"
local fails, took = room.fails, room.took

describe("docker exec", function()
    if not room.host then
        pending "needs an Engine"
        return
    end
    setup(room.connect)
    teardown(room.clean)

    local c

    setup(function()
        c = room.running "exec"
    end)

    local function processes()
        return c:exec({ "ps", "-eo", "stat,args" }).stdout
    end

    it("gives output and exit code", function()
        local r = c:exec { "sh", "-c", "echo out; echo err >&2" }
        assert.same({ code = 0, stdout = "out\n", stderr = "err\n" }, r)
        r = c:exec({ "sh", "-c", 'printf %s "$A"; id -u; pwd; exit 3' },
            { env = { A = "a b'\"\n$c\n" }, user = "1000", workdir = "/tmp", check = false })
        assert.equal(3, r.code)
        assert.equal("a b'\"\n$c\n1000\n/tmp\n", r.stdout)
        fails("exec", 4, "exit code 4: last words", c.exec, c,
            { "sh", "-c", "echo first >&2; echo last words >&2; exit 4" })
        fails("exec", 126, "nonesuch", c.exec, c, { "nonesuch" })
        assert.equal("\0\255\n", c:exec({ "printf", "\\000\\377\\n" }).stdout)
    end)

    it("refuses what it cannot mean", function()
        assert.error_matches(function()
            c:exec "ls -l"
        end, "table expected")
        assert.error(function()
            c:exec {}
        end)
        assert.error(function()
            c:exec { "a\0b" }
        end)
        assert.error_matches(function()
            c:exec({ "true" }, { envs = {} })
        end, 'unknown option "envs"')
        assert.error(function()
            c:exec({ "true" }, { env = { "A=b" } })
        end)
    end)

    it("has a ceiling, or a writer", function()
        fails("limit", 1000, "more than 1000 bytes", c.exec, c,
            { "sh", "-c", "yes | head -c 2000" }, { max_output = 1000 })
        local path = os.tmpname()
        local writer = fs.create(path, { replace = true })
        local r = c:exec({ "sh", "-c", "yes | head -c 3000000; echo e >&2" }, { to = writer })
        writer:close()
        assert.same({ code = 0, stdout = "", stderr = "e\n" }, r)
        assert.equal(3000000, fs.stat(path).size)
        fs.remove(path)
        r = c:exec({ "sh", "-c", "yes first | head -c 90000 >&2; echo last >&2" },
            { max_output = 5000 })
        assert.is_true(#r.stderr <= 5000)
        assert.matches("last\n$", r.stderr)
    end)

    it("ends what it started, with all its children", function()
        local tree = "(sleep 333 & exec sleep 334) & sh -c 'trap \"\" TERM; sleep 335; :' & "
            .. "sleep 336"
        local seconds = took(fails, "timeout", nil, "still running after 0.5 s", c.exec, c,
            { "sh", "-c", tree }, { timeout = 0.5 })
        assert.is_true(seconds < 10, seconds)
        assert.is_nil(processes():match "[^Z]%s+%S*sleep 33%d")
        took(fails, "timeout", nil, "still running", c.exec, c,
            { "setpriv", "--reuid", "1001", "--clear-groups", "sleep", "337" },
            { timeout = 0.3 })
        assert.is_nil(processes():match "sleep 337")
        fails("timeout", nil, "still running", c.exec, c, { "sleep", "338" },
            { timeout = 0.3, user = "1000" })
        assert.is_nil(processes():match "sleep 338")
    end)

    it("leaves the others alone", function()
        local other = c:exec({ "sleep", "339" }, { background = true })
        while not processes():match "sleep 339" do
            time.sleep(0.1)
        end
        fails("timeout", nil, "still running", c.exec, c, { "sleep", "340" }, { timeout = 0.3 })
        assert.matches("sleep 339", processes())
        other:cancel()
        fails("cancelled", nil, "cancelled", other.wait, other)
        assert.is_nil(processes():match "sleep 339")
    end)

    it("runs in the background, several at once", function()
        local waits = c:exec({ "sh", "-c", "until [ -e /tmp/go ]; do sleep 0.05; done; echo gone" },
            { background = true, timeout = 60 })
        local goes = c:exec({ "touch", "/tmp/go" }, { background = true })
        assert.equal(0, goes:wait(60).code)
        assert.equal("gone\n", waits:wait(60).stdout)
    end)
end)
