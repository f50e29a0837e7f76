-- A second copy on another disk, read back there. A disk that is not mounted ends the run before
-- anything is done. Install as backup.d/80-second-copy.lua; the disk is site.disk of settings.lua.
local p = ...
p.settings:declare { name = "site.disk", default = "/mnt/disk", help = "mount point of the disk" }

p:insert_after("publish", { name = "site.copy", title = "Copy to the other disk",
    check = function(ctx)
        local here, above = fs.stat(ctx.settings["site.disk"]), ctx.settings["site.disk"] .. "/.."
        assert(here and here.dev ~= fs.stat(above).dev, "the disk for the copy is not mounted")
    end,
    run = function(ctx)
        local target = fs.join(ctx.settings["site.disk"], fs.basename(ctx.archive_path))
        stream.copy(fs.open(ctx.archive_path), fs.create(target), { background = true }):wait()
        archive.verify(target, { cold = true })
    end })
