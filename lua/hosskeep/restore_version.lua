--- A restore goes back to the same version. What will run here is told by the setting, by a running
-- endpoint, or by the image of core; when nothing tells, the endpoint is asked once the server
-- runs, before the index is touched.

local failure = require "hosskeep.failure"
local server = require "hosskeep.server"

local m = {}

local function tag_of(image)
    local tag = image and image:match(":([^:/@]+)$")
    return tag ~= "latest" and tag or nil
end

local function by_container(ctx)
    local container = ctx.docker:service(ctx.project, "core")
    if container and (container.image or ""):find("hoss%-core") then
        return tag_of(container.image)
    end
end

-- The tag of the project's core container, or of the only hoss-core image.
local function by_image(ctx)
    local tag = by_container(ctx)
    if tag then return tag end
    local tags = {}
    for _, image in ipairs(ctx.docker:images()) do
        for _, name in ipairs(image.RepoTags or {}) do
            if name:find("hoss%-core:") then tags[#tags + 1] = tag_of(name) end
        end
    end
    if #tags == 1 then return tags[1] end
end

local function compare(ctx, found, where)
    local wanted = ctx.state.version.version
    if wanted and found.version ~= wanted then
        failure.raise(7, "the archive is of version %s, %s is %s", wanted, where, found.version)
    end
    local build = ctx.state.version.build
    if build and found.build and build ~= found.build then
        ctx:warn("the archive is of build %s, %s is %s; the version is the same", build, where,
            found.build)
    end
end

--- Before anything is changed: compares with what is known of the target. Raises exit 7.
function m.check_target(ctx)
    local set = ctx.settings["server.version"]
    if set and set ~= "" then
        ctx.state.version_known = true
        return compare(ctx, { version = set }, "server.version")
    end
    local found = server.discover(ctx)
    if found then return compare(ctx, found, "the running server") end
    local tag = by_image(ctx)
    if tag then return compare(ctx, { version = tag }, "the image of core") end
end

-- Raises exit 7 after the server was stopped, when its version is another one.
local function judge(ctx, found, where)
    local _, err = try(compare, ctx, found, where)
    if not err then return end
    for _, container in ipairs(ctx.docker:containers { project = ctx.project }) do
        container:stop { timeout = 10 }
    end
    error(err, 0)
end

--- Once the server runs, before the index: the version that its core's image and it itself tell.
-- What was known before it was started may have been of another image. Different: it is stopped,
-- exit 7.
function m.check_endpoint(ctx)
    if not ctx:wants("core") then return end
    local tag = by_container(ctx)
    if tag then judge(ctx, { version = tag }, "the image of the started core") end
    local deadline = time.monotonic() + ctx.settings["start.timeout"]
    local found, reason
    repeat
        found, reason = server.discover(ctx)
        if found then return judge(ctx, found, "the started server") end
        if ctx.state.version_known or tag then
            ctx:note("the endpoint was not asked for its version: %s", reason)
            return
        end
        ctx.state.server:check()
        time.sleep(0.2)
    until time.monotonic() >= deadline
    failure.raise(10, "the started server does not answer: %s", reason)
end

return m
