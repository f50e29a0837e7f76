local options = require "hosskeep.options"

local LIST = {
    { long = "config-dir", short = "c", value = "DIR", help = "the folder" },
    { long = "set", value = "KEY=VALUE", multiple = true, help = "a setting" },
    { long = "quiet", short = "q", help = "say less" },
    { long = "verbose", short = "v", help = "say more" },
    { long = "on-error", value = "WHAT", values = { "abort", "repl" }, help = "and then" },
    options.HELP,
}
local FILE = { { name = "FILE", required = true } }

local function message(...)
    local ok, err = pcall(options.parse, ...)
    assert.is_false(ok)
    assert.equal(2, err.exit)
    return err.message
end

describe("options", function()
    it("takes GNU forms", function()
        for _, argv in ipairs {
            { "--config-dir", "/x" }, { "--config-dir=/x" }, { "-c", "/x" }, { "-c/x" },
            { "-qvc/x" }, { "-qc", "/x" },
        } do
            assert.equal("/x", options.parse(LIST, argv).config_dir)
        end
        assert.is_true(options.parse(LIST, { "-qv" }).verbose)
        assert.same({ "a=1", "b=2=3" }, options.parse(LIST, { "--set", "a=1", "--set=b=2=3" }).set)
    end)

    it("ends options at --", function()
        assert.same({ "-x" }, options.parse(LIST, { "--", "-x" }, FILE).args)
        assert.same({ "-" }, options.parse(LIST, { "-" }, FILE).args)
    end)

    it("refuses what is wrong, in one line", function()
        assert.matches('no option "%-%-quite" %(did you mean "%-%-quiet"%?%)',
            message(LIST, { "--quite" }))
        assert.matches('no option "%-x"', message(LIST, { "-x" }))
        assert.matches("%-%-config%-dir needs a value: DIR", message(LIST, { "--config-dir" }))
        assert.matches("option %-%-quiet takes no value", message(LIST, { "--quiet=yes" }))
        assert.matches("on%-error must be one of abort, repl", message(LIST, { "--on-error=cry" }))
        assert.matches("FILE is missing", message(LIST, {}, FILE))
        assert.matches('what is "b"', message(LIST, { "a", "b" }, FILE))
    end)

    it("makes help from the declarations", function()
        local text = options.help("verify", "Verifies.", LIST, FILE)
        assert.matches("^Usage: hosskeep verify %[OPTION%.%.%.%] FILE\nVerifies%.\n", text)
        for _, declaration in ipairs(LIST) do
            assert.is_truthy(text:find("--" .. declaration.long, 1, true))
            assert.is_truthy(text:find(declaration.help, 1, true))
        end
    end)

    it("asks for no arguments beside --help", function()
        assert.is_true(options.parse(LIST, { "--help" }, FILE).help)
    end)
end)
