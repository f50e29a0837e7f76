---@meta

--- Helper containers, never started: ctx.helpers. Through them volumes and folders are read and
--- written with owners, while no service's container is locked. Removed at the end. Since 0.3.0.
---@class helpers
helpers = {}

--- The helpers of one run.
--- > assert(helpers.new(ctx))
---@param ctx ctx
---@return helpers
function helpers.new(ctx) end

--- A helper with one mount: {container, path}.
--- > ctx:use_env("BACKUP_ROOT=" .. folder)
--- > ctx:lock()
--- > local helper = ctx.helpers:mount { bind = folder, readonly = true }
--- > assert(helper.container:stat(helper.path).type == "directory")
---@param spec table volume=NAME or bind=PATH, readonly, must_exist (bind), create (volume)
---@return table helper
function helpers:mount(spec) end

--- One helper with several mounts, by name: {container, path={name="/mnt/name"}}.
--- > ctx:use_env("BACKUP_ROOT=" .. folder)
--- > ctx:lock()
--- > local helper = ctx.helpers:mounts { one = { bind = folder }, two = { bind = folder } }
--- > assert(helper.container:stat(helper.path.two))
---@param specs table by name, or a list with name=
---@return table helper
function helpers:mounts(specs) end

--- A container of the Engine's `spec` (its labels are set here), for what none of the others do:
--- {name, container}. It goes with the others, also when it is only just being made.
--- > ctx:use_env("BACKUP_ROOT=" .. folder)
--- > ctx:lock()
--- > local helper = ctx.helpers:make { Image = image, Cmd = { "true" } }
--- > helper.container:start()
--- > ctx.helpers:remove { helper }
---@param spec table as the Engine's API has it
---@return table helper
function helpers:make(spec) end

--- Removes at once what make() and mounts() have returned.
--- > ctx.helpers:remove {}
---@param list table
function helpers:remove(list) end

--- Removes all helpers at once.
--- > ctx.helpers:remove_all()
function helpers:remove_all() end

--- Waits for the removal of one helper; true, or nil and why not.
--- > assert(ctx.helpers:wait_removed { wait = function() return nil, 204 end })
---@param job stream.job
---@return boolean?
---@return any err
function helpers:wait_removed(job) end
