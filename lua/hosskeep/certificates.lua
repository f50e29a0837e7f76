--- traefik's certificates (acme.json): they live in its container's own layer and in no volume.

local m = {}

local SERVICE = "traefik"
local PREFIX = "certificates"
local USUAL = { "/acme.json", "/letsencrypt/acme.json", "/etc/traefik/acme.json" }

--- Where traefik may keep them: as the setting says, else as traefik.yaml says, or at one of the
-- usual places.
function m.candidates(setting, yaml)
    if setting ~= "" then return { setting } end
    local list = {}
    for line in (yaml or ""):gmatch("[^\r\n]+") do
        local path = line:match("^%s*storage%s*:%s*[\"']?([^\"'#%s]+)")
        if path then list[#list + 1] = path:sub(1, 1) == "/" and path or "/" .. path end
    end
    table.move(USUAL, 1, #USUAL, #list + 1, list)
    return list
end

--- The path of acme.json in traefik's container, or nil.
function m.find(ctx, container)
    local yaml = try(fs.read, fs.join(ctx.places.config, "traefik.yaml"))
    for _, path in ipairs(m.candidates(ctx.settings["certificates.path"], yaml)) do
        local found = container:stat(path)
        if found and found.size > 0 then return path end
    end
    return nil
end

--- Adds acme.json if traefik has one. Its container is small and read in one go, so it is not
-- locked for long.
function m.add(ctx)
    local container = ctx:service(SERVICE)
    local path = container and m.find(ctx, container)
    if not path then
        ctx:note("certificates: traefik keeps none in its container")
        return
    end
    local reader <close> = container:open(path)
    ctx.packer:add_tar(PREFIX, reader)
    reader:close()
    ctx.manifest.certificates = {
        service = SERVICE, path = path, entry = fs.join(PREFIX, fs.basename(path)),
    }
end

--- What the step reads.
function m.objects(ctx)
    return { reads = { ctx:wants "traefik" and "service:traefik" or nil } }
end

return m
