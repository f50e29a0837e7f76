local extras = require "hosskeep.extras"

local function message(...)
    local ok, err = pcall(extras.volumes, ...)
    assert.is_false(ok)
    assert.equal(2, err.exit)
    return err.message
end

describe("further volumes of a site", function()
    it("are names, or tables with more", function()
        local list = extras.volumes { "server_plugins",
            { name = "wiki", volume = "wiki_data", service = "wiki", pause = true } }
        assert.equal("server_plugins", list[1].key)
        assert.equal("server_plugins", list[1].volume)
        assert.is_nil(list[1].service)
        assert.same({ key = "wiki", volume = "wiki_data", service = "wiki", pause = true,
            extra = true }, list[2])
    end)

    it("are refused with a word when they make no sense", function()
        assert.matches('no field "volum" %(did you mean "volume"', message { { volum = "x" } })
        assert.matches("volume = NAME is missing", message { {} })
        assert.matches("no name of a volume", message { { volume = "../x" } })
        assert.matches("a/b: a name of letters", message { { volume = "x", name = "a/b" } })
        assert.matches("x: pause = true needs service", message { { volume = "x", pause = true } })
        assert.matches("not a number", message { 5 })
        assert.matches("auth is there twice", message({ "auth" }, { { key = "auth" } }))
    end)
end)
