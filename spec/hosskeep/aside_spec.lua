local aside = require "hosskeep.aside"
local marker = require "hosskeep.marker"
local site = require "support.site"

describe("what stands in the way of a restore", function()
    local here, ctx, core

    before_each(function()
        here = site.new()
        core = here.root .. "/core"
        ctx = { options = { config_dir = here.root, args = { "a.tar.gz" } }, timestamp = "T",
            state = { archive_id = "1" } }
        function ctx.warn() end
        marker.begin(ctx)
    end)

    after_each(function()
        here:remove()
    end)

    local function folder(path, text)
        fs.mkdir(path)
        fs.write(path .. "/config.yaml", text, { replace = true })
    end

    -- What the next run finds.
    local function killed()
        ctx.state = { archive_id = "1", marker = marker.read(ctx) }
        ctx.timestamp = ctx.timestamp .. "'"
    end

    it("is kept, and comes back", function()
        folder(core, "old")
        aside.keep(ctx, core)
        assert.is_nil(fs.lstat(core))
        folder(core, "new")
        aside.put_back(ctx)
        assert.equal("old", fs.read(core .. "/config.yaml"))
    end)

    it("goes when a restore that was cut off has written it", function()
        folder(core, "old")
        aside.keep(ctx, core)
        aside.keep(ctx, here.root .. "/auth")
        folder(core, "half")
        folder(here.root .. "/auth", "half")
        killed()
        aside.keep(ctx, core)
        aside.keep(ctx, here.root .. "/auth")
        assert.is_nil(fs.lstat(core))
        assert.is_nil(fs.lstat(here.root .. "/auth"))
        assert.same({ here.root .. "/before-restore-T" }, aside.kept(ctx))
    end)

    it("is kept although a restore was cut off just before it moved it", function()
        folder(core, "old")
        table.insert(ctx.state.marker.aside,
            { from = core, to = here.root .. "/before-restore-T/core", rubbish = false })
        marker.write(ctx)
        killed()
        aside.keep(ctx, core)
        assert.equal("old", fs.read(here.root .. "/before-restore-T'/core/config.yaml"))
    end)

    it("is kept when it was put back already", function()
        folder(core, "old")
        aside.keep(ctx, core)
        aside.put_back(ctx)
        killed()
        aside.keep(ctx, core)
        assert.equal("old", fs.read(here.root .. "/before-restore-T'/core/config.yaml"))
    end)

    it("comes back although another thing does not", function()
        for _, name in ipairs { "auth", "core", "ui" } do
            folder(here.root .. "/" .. name, "old")
            aside.keep(ctx, here.root .. "/" .. name)
        end
        ctx.state.marker.aside[2].from = here.root .. "/" .. ("x"):rep(300)
        assert.has_error(function() aside.put_back(ctx) end)
        assert.is_truthy(fs.lstat(here.root .. "/auth"))
        assert.is_truthy(fs.lstat(here.root .. "/ui"))
    end)

    it("stays noted in the marker until all could be put back", function()
        ctx.undo_failed = true
        marker.forget(ctx)
        assert.is_truthy(marker.read(ctx))
        assert.equal("not all could be undone: run the same command again", ctx.outcome)
        ctx.undo_failed = nil
        marker.forget(ctx)
        assert.is_nil(marker.read(ctx))
    end)
end)
