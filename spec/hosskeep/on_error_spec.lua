local site = require "support.site"

describe("--on-error=repl", function()
    local here

    local function demo(input)
        here = site.new(site.DEMO)
        here:script("demo.d/50-x.lua", site.TRACE .. [[
            p:replace("two", function(ctx)
                if not ctx.state.mended then error("it broke", 0) end
                trace(ctx, "two")
            end)]])
        return process.run {
            argv = { hosskeep.executable, "--script-dir", here.scripts, "demo", "--config-dir",
                here.config, "--on-error=repl" },
            env = { HOME = here.root, XDG_CONFIG_HOME = here.root },
            stdin = input,
        }
    end

    after_each(function()
        here:remove()
    end)

    it("lets a person mend and try again", function()
        local result = demo "1 + 1\nnonsense(\nctx.state.mended = true\nretry\n"
        assert.equal(0, result.code, result.stderr)
        assert.matches("two failed: it broke\n", result.stdout)
        assert.matches("> 2\n", result.stdout)
        assert.matches("> prompt:1: [^\n]+\n", result.stdout)
        assert.matches("one two three defer%-three defer%-one$", here:trace())
    end)

    it("lets the step be skipped, with a warning", function()
        local result = demo "skip\n"
        assert.equal(1, result.code)
        assert.matches("warning: two: skipped after: it broke", result.stderr)
        assert.matches("one three defer%-three defer%-one$", here:trace())
    end)

    it("gives up and cleans up, also at the end of input", function()
        for _, input in ipairs { "abort\n", "" } do
            local result = demo(input)
            assert.equal(5, result.code)
            assert.matches("hosskeep: two: it broke\n$", result.stderr)
            assert.matches("one undo%-one defer%-one$", here:trace())
        end
    end)
end)
