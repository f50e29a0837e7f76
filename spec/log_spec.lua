describe("log", function()
    local function run(...)
        return process.run { hosskeep.executable, ... }
    end

    it("masks a registered value in all that is printed", function()
        local result = run("-e", [[
            log.secret "hunter22"
            print("p hunter22", 1)
            io.write("w hunter22\n")
            io.stdout:write("m hunter22\n")
            log.out "o hunter22\n"
            io.stderr:write("e hunter22\n")
            log.warn("x %s", "hunter22")
            assert(log.mask "a hunter22" == "a ***")
            log.secret "abc"
            assert(log.mask "abc" == "abc")
            error "r hunter22"]])
        assert.equal("p ***\t1\nw ***\nm ***\no ***\n", result.stdout)
        assert.equal("e ***\nhosskeep: warning: x ***\nhosskeep: (command line):11: r ***\n",
            result.stderr)
    end)

    it("tells what its level lets through", function()
        local chunk = [[log.error "1"; log.warn "2"; log.info("%d\nnext", 3); log.debug "4"
            io.stdout:write(log.level)]]
        local plain = run("-e", chunk)
        assert.equal("hosskeep: 1\nhosskeep: warning: 2\nhosskeep: 3; next\n", plain.stderr)
        assert.equal("info", plain.stdout)
        assert.equal("hosskeep: 1\n", run("-q", "-e", chunk).stderr)
        assert.matches("hosskeep: debug: 4\n$", run("-v", "-e", chunk).stderr)
        local set = run("-e", [[log.level = "error"; log.warn "no"]])
        assert.equal("", set.stderr)
        assert.equal(2, run("-e", [[log.level = "loud"]]).code)
        assert.equal(2, run("-e", [[log.leve = "info"]]).code)
    end)
end)
