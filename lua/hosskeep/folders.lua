--- The server's folders on the host, made with the owners that its services need. Foreign owners
-- are given through the Engine: a tar laid into a mount sets owner and mode of the mount's root,
-- so no sudo is needed, whatever the UID.

local m = {}

local OPENSEARCH = 1000 -- user and group of OpenSearch's image

local function mode(text)
    return tonumber(text, 8)
end

-- Folder key, place, and what it gets when the archive does not tell.
local FOLDERS = {
    { key = "db_root", place = "db_root", mode = mode "700" },
    { key = "opensearch_data", place = "opensearch_data", mode = mode "770",
        uid = OPENSEARCH, gid = OPENSEARCH },
    { key = "current", place = "current", mode = mode "700" },
    { key = "db", place = "db", mode = mode "711" },
    { key = "opensearch", place = "opensearch", mode = mode "770",
        uid = OPENSEARCH, gid = OPENSEARCH, late = true },
    { key = "backups", place = "backups", mode = mode "700" },
}

local function known(ctx, folder)
    local part = (ctx.state.parts.folders or {})[folder.key] or {}
    local own_mode = part.mode or folder.mode
    -- The database's user must get at its dumps.
    if folder.key == "db" then own_mode = own_mode | mode "711" end
    return {
        uid = part.uid or folder.uid or process.uid,
        gid = part.gid or folder.gid or process.gid,
        mode = own_mode,
    }
end

local function needs(path, owner)
    local now = fs.stat(path)
    return now.uid ~= owner.uid or now.gid ~= owner.gid or now.mode ~= owner.mode
end

--- Sets owner and mode of the root of a mount: `target` is the path in the helper. It goes in from
-- the helper's top: the Engine passes over an entry for the very folder that it uploads into.
function m.own(helper, target, owner)
    local tar <close> = archive.tar(helper:upload "/")
    tar:add_directory(target:sub(2) .. "/", owner)
    tar:close()
end

-- The database's folder is the image's business while it is empty: initdb takes it over.
local function wanted(ctx)
    local list = {}
    for _, folder in ipairs(FOLDERS) do
        local path = ctx.places[folder.place]
        local index = ctx.state.parts.opensearch or ctx:wants "opensearch"
        if path and (folder.key ~= "opensearch_data" or index) then
            list[#list + 1] = {
                name = folder.key, bind = path, owner = known(ctx, folder),
                late = folder.late or false,
            }
        end
    end
    return list
end

local function give(ctx, late)
    local foreign = {}
    for _, folder in ipairs(wanted(ctx)) do
        if folder.late == late and needs(folder.bind, folder.owner) then
            foreign[#foreign + 1] = folder
        end
    end
    if #foreign == 0 then return end
    local helper = ctx.helpers:mounts(foreign)
    for _, folder in ipairs(foreign) do
        m.own(helper.container, helper.path[folder.name], folder.owner)
    end
end

--- Makes the missing folders and gives them their owners; those where a failure would have to
-- remove something stay the caller's until hand_over.
function m.make(ctx)
    for _, folder in ipairs(wanted(ctx)) do fs.mkdir(folder.bind, mode "700") end
    give(ctx, false)
end

--- Gives the rest of the folders their owners, when all is in them.
function m.hand_over(ctx)
    give(ctx, true)
end

--- Owners and modes as they are, of those that a restore changes where they stand.
function m.remember(ctx)
    local list = json.array {}
    for _, key in ipairs { "current", "db", "opensearch", "backups" } do
        local path = ctx.places[key]
        local now = path and fs.stat(path)
        if now then
            list[#list + 1] = { path = path, uid = now.uid, gid = now.gid, mode = now.mode }
        end
    end
    return list
end

--- Gives them back what remember() has noted.
function m.put_back(ctx, list)
    for _, one in ipairs(list) do
        if fs.stat(one.path) and needs(one.path, one) then
            local helper = ctx.helpers:mounts { { name = "folder", bind = one.path } }
            m.own(helper.container, helper.path.folder,
                { uid = one.uid, gid = one.gid, mode = one.mode })
        end
    end
    ctx.helpers:remove_all()
end

--- The paths that restore may change, for the dry run.
function m.paths(ctx)
    local list = {}
    for _, folder in ipairs(wanted(ctx)) do list[#list + 1] = folder.bind end
    return list
end

return m
