local values = require "hosskeep.values"

local function read(kind, value, more)
    local declaration = more or {}
    declaration.type = kind
    return values.read(declaration, value)
end

describe("values", function()
    it("reads integers", function()
        assert.equal(4, read("integer", "4"))
        assert.equal(4, read("integer", 4.0))
        assert.same({ nil, "an integer" }, { read("integer", "4.5") })
        assert.is_nil((read("integer", "four")))
    end)

    it("keeps ranges", function()
        local _, why = read("integer", 0, { least = 1, most = 8 })
        assert.equal("between 1 and 8", why)
        _, why = read("integer", 0, { least = 1, unit = "s" })
        assert.equal("at least 1 s", why)
        _, why = read("integer", 9, { most = 8 })
        assert.equal("at most 8", why)
    end)

    it("reads sizes in units of 1024", function()
        assert.equal(64 * 1024 * 1024, read("size", "64 MiB"))
        assert.equal(1536, read("size", "1.5k"))
        assert.equal(7, read("size", 7))
        assert.is_nil((read("size", "7 parsecs")))
    end)

    it("reads durations", function()
        assert.equal(900, read("duration", "15 min"))
        assert.equal(5400, read("duration", "1h30m"))
        assert.equal(90, read("duration", 90))
        assert.equal(0.5, read("duration", "0.5s"))
        assert.is_nil((read("duration", "soon")))
        assert.is_nil((read("duration", "")))
    end)

    it("reads booleans in words", function()
        for _, word in ipairs { "yes", "on", "TRUE", "1" } do
            assert.is_true(read("boolean", word))
        end
        assert.is_false(read("boolean", "no"))
        assert.is_false(read("boolean", false))
        assert.is_nil((read("boolean", "perhaps")))
    end)

    it("reads lists from commas and from tables", function()
        assert.same({ "a", "b c" }, read("list", " a, b c ,"))
        assert.same({ { name = "x" } }, read("list", { { name = "x" } }))
        assert.same({}, read("list", ""))
    end)

    it("reads choices and commands", function()
        assert.equal("zstd", read("choice", "zstd", { values = { "gzip", "zstd" } }))
        local _, why = read("choice", "lzma", { values = { "gzip", "zstd" } })
        assert.equal("one of gzip, zstd", why)
        assert.equal("make up", read("command", "make up"))
        assert.is_nil((read("command", "")))
        assert.is_nil((read("string", {})))
    end)

    it("shows values as a settings file says them", function()
        assert.equal('"a\\"b"', values.show 'a"b')
        assert.equal("4", values.show(4))
        assert.equal("-", values.show(nil))
        assert.equal('{ { name = "x", volume = "v" } }',
            values.show { { volume = "v", name = "x" } })
    end)
end)
