local site = require "support.site"

describe("drop-ins", function()
    local here

    before_each(function()
        here = site.new(site.DEMO)
    end)

    after_each(function()
        here:remove()
    end)

    local function refused(pattern, ...)
        local result = here:demo(...)
        assert.equal(2, result.code, result.stderr)
        assert.matches(pattern, result.stderr)
        assert.equal("", here:trace())
        local _, lines = result.stderr:gsub("\n", "")
        assert.equal(1, lines)
    end

    local function add(name, body)
        return here:script("demo.d/" .. name, site.TRACE .. body)
    end

    it("are loaded in the order of their names", function()
        add("20-b.lua", [[p:append { name = "b", run = function(ctx) trace(ctx, "b") end }]])
        add("10-a.lua", [[p:append { name = "a", run = function(ctx) trace(ctx, "a") end }]])
        add("30-c.lua.disabled", [[error "loaded"]])
        add("README", "no script")
        assert.equal(0, here:demo().code)
        assert.matches("three a b", here:trace())
    end)

    it("stop the run with file and line before anything is touched", function()
        local path = add("50-x.lua", "p:append {\n")
        refused(("^hosskeep: %s:%%d+: "):format(path:gsub("%p", "%%%0")))
        add("50-x.lua", "p:insert_after('tow', { name = 'x', run = print })")
        refused '50%-x%.lua:6: no step "tow" %(did you mean "two"%?%); valid: one, two, three'
        add("50-x.lua", "local t = nil; t.x = 1")
        refused "50%-x%.lua:6: attempt to index a nil value"
        add("50-x.lua", "undeclared_name = 1")
        refused "50%-x%.lua:6: .*undeclared_name"
        add("50-x.lua", "p.settings:set('postgres.jobz', 3)")
        refused '50%-x%.lua:6: no setting "postgres.jobz" %(did you mean "postgres.jobs"'
    end)

    it("are refused when others may write them", function()
        local path = add("50-x.lua", "")
        fs.chmod(path, tonumber("666", 8))
        refused "50%-x%.lua"
        fs.chmod(path, tonumber("600", 8))
        fs.chmod(fs.dirname(path), tonumber("777", 8))
        refused "demo%.d"
    end)

    it("get settings from files, .env, --set, and print their origin", function()
        here:script("settings.lua", 'postgres.jobs = 3\nproject = "one"\nsite.x = 1\n')
        here:env "HOSSKEEP_PROJECT=two\n"
        add("50-x.lua", [[p.settings:set("ldap.pause", false)
            p:append { name = "show", run = function(ctx)
                for key in ("postgres.jobs project ldap.pause space.reserve"):gmatch "%S+" do
                    trace(ctx, key .. "=" .. tostring(ctx.settings[key]))
                end
            end }]])
        assert.equal(0, here:demo("--set", "space.reserve=1 KiB").code)
        assert.matches("postgres.jobs=3 project=two ldap.pause=false space.reserve=1024",
            here:trace())
        local config = here:run("config", "demo", "-c", here.config,
            "--set=space.reserve=1k").stdout
        assert.matches('project +"two" +%S+/config/%.env:1', config)
        assert.matches("postgres%.jobs +3 +%S+/scripts/settings%.lua:1", config)
        assert.matches("ldap%.pause +false +%S+/50%-x%.lua:6", config)
        assert.matches("space%.reserve +1024 +%-%-set space%.reserve", config)
    end)

    it("refuse unknown settings wherever they stand", function()
        refused('^hosskeep: %-%-set colour: no setting "colour"; valid: ', "--set", "colour=red")
        here:env "A=1\nHOSSKEEP_COLOUR=red\n"
        refused '/config/%.env:2: no setting "HOSSKEEP_COLOUR"'
        here:script("settings.lua", "\npostgres.jobs = 0\n")
        refused "settings%.lua:2: postgres%.jobs must be between 1 and 64"
        here:script("settings.lua", "return { project = 1 }")
        refused "settings%.lua: returns a value"
        here:script("settings.lua", "project = os.getenv('HOME')")
        refused "settings%.lua:1: os.getenv is no function"
    end)
end)
