-- An Engine made of tables: just enough for what pausing, helpers and the journal ask of one.

local engine = {}

local function container_of(client, id)
    local container = { id = id, name = id }
    function container:inspect()
        local state = client.state[self.id]
        return state and { State = { Paused = state == "paused" } } or nil
    end
    function container:pause()
        client:tell("pause " .. self.id)
        client.state[self.id] = "paused"
    end
    function container:unpause()
        client:tell("unpause " .. self.id)
        local paused = client.state[self.id] == "paused"
        if not client.stubborn then
            client.state[self.id] = "running"
        end
        return paused
    end
    function container:remove()
        client:tell("remove " .. self.id)
        client.state[self.id] = nil
        return true
    end
    return container
end

local methods = {}

function methods:tell(what)
    self.log[#self.log + 1] = what
end

function methods:container(id)
    return container_of(self, id)
end

function methods:containers()
    return {}
end

function methods:images()
    return {}
end

function methods:volume(name)
    return self.volumes_known[name]
end

function methods:import_image(ref, options)
    self:tell("import " .. ref:gsub(":.*", ""))
    self.image_labels = options.labels
    return "sha256:1"
end

function methods:remove_image(ref)
    self:tell("remove image " .. ref:gsub(":.*", ""))
    return true
end

function methods:create(name, spec)
    self:tell "create"
    self.spec = spec
    self.state[name] = "created"
    return container_of(self, name)
end

function methods:request(method, path, options)
    self:tell(method .. " " .. path:gsub("%-%x+$", "-ID"))
    local status = self.status or 204
    if options and options.background then
        return { wait = function()
            return { message = "told so" }, status
        end }
    end
    return nil, status
end

--- A client whose calls are in .log, in order.
function engine.client()
    return setmetatable({ log = {}, state = {}, volumes_known = {} }, { __index = methods })
end

--- A ctx with this client, a journal in `folder` and a guard that only takes notes.
function engine.context(folder, client)
    local journal = require "hosskeep.journal"
    local ctx = {
        docker = client,
        project = "server",
        places = { backup_root = folder, backups = folder .. "/backups" },
        journal = journal.open(folder .. "/journal"),
        stack = {}, warnings = {}, notes = {}, settings = {},
    }
    ctx.guard = {
        ready = function()
            return { pid = tostring(process.pid), started = "1" }
        end,
        pausing = function(_, id)
            client:tell("guard pause " .. id)
        end,
        resumed = function(_, id)
            client:tell("guard resume " .. id)
        end,
    }
    function ctx:defer(fn, label)
        self.stack[#self.stack + 1] = { fn = fn, label = label }
    end
    function ctx:warn(fmt, ...)
        self.warnings[#self.warnings + 1] = string.format(fmt, ...)
    end
    function ctx:note(fmt, ...)
        self.notes[#self.notes + 1] = string.format(fmt, ...)
    end
    function ctx:random()
        self.serial = (self.serial or 0) + 1
        return string.format("%08x", self.serial)
    end
    return ctx
end

return engine
