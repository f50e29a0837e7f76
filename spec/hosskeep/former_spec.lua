-- What the containers of a replaced server are made of again.

local former = require "hosskeep.former"
local site = require "support.site"

local ID = ("0123456789ab"):rep(5) .. "cdef"

-- An Engine with one container; every change is told in `log`.
local function engine_with(inspected, image_id)
    local client = { there = true, log = {}, bodies = {} }
    local function container(id)
        local one = { id = id, name = "server_db_1", service = "db" }
        function one.inspect() return client.there and inspected or nil end
        function one.remove() client.there = false end
        function one.start() client.log[#client.log + 1] = "start " .. id end
        return one
    end
    function client.containers() return client.there and { container(ID) } or {} end
    function client.container(_, id) return container(id) end
    function client.image() return { Id = image_id } end
    function client.create(_, name, spec)
        client.log[#client.log + 1] = "create " .. name
        client.spec = spec
        return container "new"
    end
    function client.request(_, method, path, options)
        client.log[#client.log + 1] = method .. " " .. path
        client.bodies[path] = options.body
        return { wait = function() return nil, 304 end }
    end
    return client
end

local function inspected()
    return {
        Image = "sha256:old", Config = { Image = "postgres:13", Hostname = "oldhost" },
        HostConfig = { NetworkMode = "server_default", Binds = json.array { "/srv/db:/data:rw" } },
        NetworkSettings = { Networks = {
            server_default = {
                NetworkID = "n1", Aliases = json.array { "db", ID:sub(1, 12) },
                IPAMConfig = json.null,
            },
            other = { NetworkID = "n2", Aliases = json.null },
        } },
        Mounts = json.array {
            { Type = "bind", Source = "/srv/db", Destination = "/data" },
            { Type = "volume", Name = "f00", Destination = "/scratch" },
        },
        State = { Running = true, Paused = false, Restarting = false, StartedAt = "2026" },
    }
end

describe("the containers of a replaced server", function()
    local here, folder, ctx

    local function taken_away(image_id)
        ctx = {
            places = { config = folder }, project = "server",
            docker = engine_with(inspected(), image_id),
        }
        former.record(ctx)
        former.remove(ctx)
    end

    before_each(function()
        here = site.new()
        folder = fs.join(here.root, "hoss")
        fs.mkdir(folder)
    end)
    after_each(function() here:remove() end)

    it("come back with their host name, aliases, networks and nameless volumes", function()
        taken_away "sha256:old"
        assert.is_true(former.put_back(ctx))
        local spec = ctx.docker.spec
        assert.equal("oldhost", spec.Hostname)
        assert.equal("postgres:13", spec.Image)
        assert.same({ "/srv/db:/data:rw", "f00:/scratch" },
            table.move(spec.HostConfig.Binds, 1, 9, 1, {}))
        local endpoint = spec.NetworkingConfig.EndpointsConfig.server_default
        assert.same({ "db" }, table.move(endpoint.Aliases, 1, 9, 1, {}))
        assert.equal("new", ctx.docker.bodies["/networks/other/connect"].Container)
        assert.equal("start new", ctx.docker.log[#ctx.docker.log])
    end)

    it("are made of the image that they had, whatever its name means by now", function()
        taken_away "sha256:newer"
        former.put_back(ctx)
        assert.equal("sha256:old", ctx.docker.spec.Image)
    end)

    it("are only started when they are still there", function()
        taken_away "sha256:old"
        ctx.docker.there = true
        former.put_back(ctx)
        assert.is_nil(ctx.docker.spec)
        assert.equal("start " .. ID, ctx.docker.log[#ctx.docker.log])
    end)

    it("are stopped on the open connection when no other can be had", function()
        taken_away "sha256:old"
        local told = #ctx.docker.log
        function ctx.docker.request(_, method, path, options)
            if options.background then
                return { wait = function() error("refused", 0) end }
            end
            ctx.docker.log[#ctx.docker.log + 1] = method .. " " .. path
            return nil, 304
        end
        former.stop(ctx)
        assert.same({ "POST /containers/" .. ID .. "/stop" },
            table.move(ctx.docker.log, told + 1, #ctx.docker.log, 1, {}))
    end)

    it("are kept on disk for nobody else, until they are forgotten", function()
        taken_away "sha256:old"
        local path = fs.join(folder, ".replaced-containers.json")
        assert.equal(tonumber("600", 8), fs.stat(path).mode)
        former.forget(ctx)
        assert.same({}, fs.list(folder))
    end)
end)
