--- A container of a service's own image that runs one command and goes: for the few things that
-- must *run* something, such as RabbitMQ's rename or the removal of trees that belong to others.

local failure = require "hosskeep.failure"

local m = {}

--- Runs it and waits; `spec` is the Engine's, without labels. Raises with the last line of its
-- output (`what` names it) when it ends with another code than 0. It is removed whatever happens.
function m.run(ctx, what, spec)
    ctx:defer(function() ctx.helpers:remove_all() end, "remove the helpers")
    local helper = ctx.helpers:make(spec)
    local container = helper.container
    container:start()
    local code = container:wait { timeout = 3600 }
    local output = code ~= 0 and container:logs { tail = 20 } or ""
    ctx.helpers:remove { helper }
    if code ~= 0 then
        failure.raise(10, "%s: %s", what, output:match("([^\n]+)%s*$") or ("exit code " .. code))
    end
end

--- Removes a tree whose owners are not the caller, by the programs of an image. Raises when it is
-- there still.
function m.remove_tree(ctx, path, image)
    m.run(ctx, "remove " .. path, {
        Image = image,
        User = "0",
        Entrypoint = json.array { "rm", "-rf", "--", "/mnt/parent/" .. fs.basename(path) },
        Cmd = json.array {},
        HostConfig = {
            Binds = json.array { fs.dirname(path) .. ":/mnt/parent" }, NetworkMode = "none",
        },
    })
    if fs.lstat(path) then failure.raise(10, "%s cannot be removed", path) end
end

return m
