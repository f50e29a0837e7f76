--- traefik's certificates are put back into its container, which lives in its own layer and was
-- made anew.

local m = {}

--- Puts acme.json back, if the archive has one; traefik reads it when it starts, so it is started
-- again.
function m.run(ctx)
    local acme, part = ctx.state.acme, ctx.state.parts.certificates
    if not acme or not part then return end
    local container = ctx.docker:service(ctx.project, part.service or "traefik")
    if not container then
        ctx:warn("%s has no container here: its certificates were not put back",
            part.service or "traefik")
        return
    end
    local path = part.path or "/acme.json"
    do
        local tar <close> = archive.tar(container:upload(fs.dirname(path)))
        tar:add_bytes(fs.basename(path), acme.text,
            { mode = acme.mode, uid = acme.uid, gid = acme.gid })
        tar:close()
    end
    container:restart { timeout = 1 }
end

return m
