describe("process", function()
    it("runs a program without a shell", function()
        local result = process.run { "printf", "%s|", "a b", "$HOME", "*" }
        assert.same({ code = 0, stdout = "a b|$HOME|*|", stderr = "" }, result)
        assert.equal("2\n", process.run({ "echo $((1+1))", shell = true }).stdout)
        assert.equal("x\n", process.run({ argv = { "sh", "-c", "echo $1", "-", "x" } }).stdout)
    end)

    it("feeds, collects and merges", function()
        local data = string.rep("0123456789", 100000)
        local result = process.run { "cat", stdin = data }
        assert.equal(data, result.stdout)
        assert.equal("", process.run({ "cat" }).stdout)
        result = process.run { "echo a; echo b >&2", shell = true, merge = true }
        assert.equal("a\nb\n", result.stdout)
        assert.equal("", result.stderr)
        assert.equal(0, process.run({ "true", stdin = data }).code)
    end)

    it("sets the environment and the folder", function()
        local result = process.run { "echo $A $HOME; pwd", shell = true, cwd = "/usr",
            env = { A = "1 2", HOME = false } }
        assert.equal("1 2\n/usr\n", result.stdout)
        assert.equal("ENOENT", select(2, try(process.run, { "true", cwd = "/none" })).code)
    end)

    it("tells codes and signals; check raises with the last line", function()
        assert.equal(3, process.run({ "exit 3", shell = true }).code)
        local killed = process.run { "kill -9 $$", shell = true }
        assert.same({ 137, 9 }, { killed.code, killed.signal })
        local _, err = try(process.run, { "echo one; echo two >&2; exit 4", shell = true,
            check = true })
        assert.same({ "exec", 4, "two" }, { err.kind, err.code, err.message })
        _, err = try(process.run, { "no-such-program" })
        assert.same({ "system", "ENOENT", "no-such-program" }, { err.kind, err.code, err.subject })
    end)

    it("ends what takes too long or says too much, with its children", function()
        local mark = "61" .. process.pid
        local began = time.monotonic()
        local _, err = try(process.run, { "sleep " .. mark .. " & sleep " .. mark, shell = true,
            timeout = 0.2 })
        assert.equal("timeout", err.kind)
        assert.is_true(time.monotonic() - began < 2)
        assert.equal("", process.run({ "pgrep", "-f", "sleep " .. mark }).stdout)
        _, err = try(process.run, { "yes", max_output = 1000 })
        assert.equal("limit", err.kind)
        local lazy = process.run { "sleep 5 & echo done", shell = true }
        assert.equal("done\n", lazy.stdout)
        assert.is_true(time.monotonic() - began < 4)
    end)

    it("runs in the background and ends on cancel and close", function()
        local job = process.run { "sleep", "30", background = true }
        assert.is_false(job:done())
        job:cancel()
        assert.equal("cancelled", select(2, try(job.wait, job)).kind)
        do
            local other <close> = process.run { "sleep", "30", background = true }
            assert.is_false(other:done())
        end
        local fine <close> = process.run { "echo", "x", background = true }
        assert.equal("x\n", fine:wait(5).stdout)
    end)

    it("starts a program that is written to", function()
        local path = os.tmpname()
        local p <close> = process.start { "cat > " .. path, shell = true }
        assert.is_true(p:running() and p.pid > 1)
        assert.is_nil(p:wait(0.05))
        p:write "hello"
        p:close_stdin()
        assert.same({ code = 0 }, p:wait(5))
        assert.equal("hello", fs.read(path))
        assert.is_false(p:running())
        fs.remove(path)
        assert.equal("state", select(2, try(p.write, p, "x")).kind)
        local slow <close> = process.start { "sleep", "30" }
        assert.is_true(slow:kill "TERM")
        assert.same({ code = 143, signal = 15 }, slow:wait(5))
    end)

    it("knows itself", function()
        assert.equal(process.pid, tonumber(fs.readlink "/proc/self"))
        assert.equal(process.user, process.run({ "id", "-un" }).stdout:match "%S+")
        assert.equal(fs.realpath ".", process.cwd())
        assert.matches("/sh$", process.which "sh")
        assert.is_nil(process.which "no-such-program")
        assert.is_nil(process.getenv "NO_SUCH_VARIABLE")
        assert.is_boolean(process.isatty(1))
        assert.is_string(process.hostname())
    end)

    it("names wrong options", function()
        assert.error_matches(function() process.run { "true", enviroment = {} } end,
            'unknown option "enviroment" %(valid: argv, env')
        assert.error_matches(function() process.run {} end, "argv: between 1 and")
        assert.error_matches(function() process.run { "a\0b" } end, "argv: word 1")
        assert.error_matches(function() process.run { "a", env = { 1 } } end, "env: names")
    end)
end)
