local failure = require "hosskeep.failure"
local start = require "hosskeep.start"

describe("the services of a restored server", function()
    -- A ctx whose only container is of ldap, in this state and this health.
    local function context(state, health)
        local container = {
            name = "server_ldap_1", state = state,
            inspect = function()
                return { State = { Health = health and { Status = health } } }
            end,
        }
        local ctx = { project = "server", env = { SERVICES = "ldap auth" }, warnings = {},
            settings = { ["start.timeout"] = 1 }, state = { server = { finish = function() end } } }
        ctx.docker = {
            service = function(_, _, name)
                return name == "ldap" and container or nil
            end,
        }
        function ctx:warn(fmt, ...)
            self.warnings[#self.warnings + 1] = fmt:format(...)
        end
        return ctx
    end

    it("must run", function()
        local ok, problem = pcall(start.wait_services, context "exited")
        assert.is_false(ok)
        assert.equal(10, failure.exit(problem, 1))
        assert.equal("ldap: container server_ldap_1 is exited", failure.text(problem))
    end)

    it("are told of when they call themselves unhealthy", function()
        local ctx = context("running", "unhealthy")
        start.wait_services(ctx)
        assert.same({ "ldap: container server_ldap_1 calls itself unhealthy" }, ctx.warnings)
        for _, health in ipairs { "healthy", "starting", false } do
            ctx = context("running", health)
            start.wait_services(ctx)
            assert.same({}, ctx.warnings)
        end
    end)
end)
