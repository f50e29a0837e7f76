-- Uploads each archive by PUT, streamed; a refusal is a warning, because the archive itself is
-- good. Install as backup.d/80-upload.lua; the folder's URL is site.upload of settings.lua.
local p = ...
p.settings:declare { name = "site.upload", help = "URL of the folder that archives go to" }

p:insert_after("publish", { name = "site.upload", title = "Upload the archive", run = function(ctx)
    local path = ctx.archive_path
    local reader <close> = fs.open(path)
    local _, problem = try(http.put, ctx.settings["site.upload"] .. "/" .. fs.basename(path),
        { from = reader, size = fs.stat(path).size, timeout = 3600 })
    if problem then ctx:warn("upload: %s", tostring(problem)) end
end })
