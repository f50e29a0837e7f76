local engine = require "support.engine"
local failure = require "hosskeep.failure"
local helpers = require "hosskeep.helpers"
local journal = require "hosskeep.journal"
local site = require "support.site"

describe("helpers", function()
    local here, client, ctx, made

    before_each(function()
        here = site.new()
        client = engine.client()
        client.volumes_known["server_auth-secrets"] = {}
        ctx = engine.context(here.root, client)
        made = helpers.new(ctx)
    end)

    after_each(function()
        here:remove()
    end)

    it("mount volumes read-only and without copying an image's content", function()
        local helper = made:mount { volume = "server_auth-secrets", readonly = true }
        assert.equal("/mnt/x", helper.path)
        local mount = client.spec.HostConfig.Mounts[1]
        assert.same({ Type = "volume", Source = "server_auth-secrets", Target = "/mnt/x",
            ReadOnly = true, VolumeOptions = { NoCopy = true } }, mount)
        assert.equal("none", client.spec.HostConfig.NetworkMode)
        assert.equal("server", client.spec.Labels["hosskeep.project"])
        assert.equal(here.root, client.image_labels["hosskeep.root"])
    end)

    it("never let the Engine make a volume by mistake", function()
        local ok, err = pcall(made.mount, made, { volume = "server_typo" })
        assert.is_false(ok)
        assert.equal(4, err.exit)
        assert.equal("volume server_typo: does not exist", err.message)
        made:mount { volume = "server_new", create = true }
    end)

    it("bind folders so that missing ones are made, unless they must exist", function()
        local one = made:mounts {
            db = { bind = "/b/.db" },
            auth = { volume = "server_auth-secrets" },
        }
        assert.same({ "/b/.db:/mnt/db" }, client.spec.HostConfig.Binds)
        assert.same({ db = "/mnt/db", auth = "/mnt/auth" }, one.path)
        made:mounts { { name = "db", bind = "/b/.db", must_exist = true, readonly = true } }
        assert.is_nil(client.spec.HostConfig.Binds)
        assert.equal("bind", client.spec.HostConfig.Mounts[1].Type)
        made:mount { bind = "/b/a:b" }
        assert.equal("/b/a:b", client.spec.HostConfig.Mounts[1].Source)
        assert.has_error(function()
            made:mount { readonly = true }
        end)
    end)

    it("share one image, are journalled before they are made, and all go at the end", function()
        made:mount { volume = "server_auth-secrets" }
        made:mount { bind = "/b/.db" }
        local kinds = {}
        for _, entry in ipairs(journal.parse(fs.read(here.root .. "/journal"))) do
            kinds[#kinds + 1] = entry.kind
        end
        assert.same({ "image", "helper", "helper" }, kinds)
        ctx.stack[1].fn()
        assert.same({ "import hosskeep-empty", "create", "create", "DELETE /containers/hosskeep-ID",
            "DELETE /containers/hosskeep-ID", "remove image hosskeep-empty" }, client.log)
        assert.is_nil(fs.stat(here.root .. "/journal"))
    end)

    it("try all removals before one failure is told", function()
        made:mount { bind = "/b/a" }
        made:mount { bind = "/b/b" }
        client.status = 500
        local ok, err = pcall(made.remove_all, made)
        assert.is_false(ok)
        assert.equal("remove helper: told so", failure.text(err))
        assert.equal(10, failure.exit(err, 10)) -- a restore's own code
        local asked = 0
        for _, call in ipairs(client.log) do
            asked = asked + (call == "DELETE /containers/hosskeep-ID" and 1 or 0)
        end
        assert.equal(4, asked) -- each at once, and each once more
        assert.equal(2, #made.made)
    end)

    it("are removed on the open connection when calls of their own do not get through", function()
        made:mount { bind = "/b/a" }
        made:make { Image = "some" }
        local request = client.request
        function client.request(self, method, path, options)
            if options.background then error("no thread", 0) end
            return request(self, method, path, options)
        end
        made:remove_all()
        assert.same({}, made.made)
        assert.equal("DELETE /containers/hosskeep-ID", client.log[#client.log])
    end)
end)
