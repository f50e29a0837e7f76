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

    it("are found by where a service has them, or are folders", function()
        local list = extras.volumes { { name = "a", service = "web", path = "/data" },
            { name = "b", folder = "/srv/b" } }
        assert.equal("/data", list[1].path)
        assert.is_nil(list[1].volume)
        assert.equal("/srv/b", list[2].bind)
        assert.matches("must be absolute", message { { name = "b", folder = "srv" } })
        assert.matches("path = PATH needs service", message { { name = "b", path = "/data" } })
    end)
end)

describe("further Postgres containers of a site", function()
    it("are services, or tables with more", function()
        local list = extras.postgres { "wiki-db",
            { service = "shop-db", name = "shop", user = "s" } }
        assert.equal("postgres/wiki-db", list[1].entry)
        assert.equal("shop", list[2].key)
        assert.equal("s", list[2].user)
    end)

    it("are refused with a word when they make no sense", function()
        local function refused(list)
            local ok, err = pcall(extras.postgres, list, "db")
            assert.is_false(ok)
            assert.equal(2, err.exit)
            return err.message
        end
        assert.matches('no field "servic" %(did you mean "service"', refused { { servic = "x" } })
        assert.matches("service = NAME is missing", refused { {} })
        assert.matches("db is there twice", refused { { service = "db" } })
    end)
end)
