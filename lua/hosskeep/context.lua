-- ctx: what every step of a procedure gets. Holds the run's state and its stack of cleanups.

local environment = require "hosskeep.environment"
local failure = require "hosskeep.failure"
local guard_client = require "hosskeep.guard_client"
local helpers = require "hosskeep.helpers"
local journal = require "hosskeep.journal"
local lock = require "hosskeep.lock"
local pausing = require "hosskeep.pausing"
local places = require "hosskeep.places"
local recover = require "hosskeep.recover"

local context = {}

local methods = {}
context.methods = methods

-- Fields that are made at their first use.
local lazy = {}

function lazy.docker()
    local client, err = try(docker.connect)
    if not client then
        failure.raise(failure.PRECONDITION, "%s", failure.text(err))
    end
    return client
end

function lazy.helpers(self)
    return helpers.new(self)
end

function lazy.guard(self)
    local guard = guard_client.new(self)
    self:defer(function()
        guard:close()
    end, "end the guard")
    return guard
end

function lazy.journal()
    failure.raise(failure.BUG, "the journal is not open before ctx:lock()")
end

function lazy.places(self)
    return places.compute(self.config_dir, self.env)
end

local meta = {
    __name = "ctx",
    __index = function(self, key)
        if methods[key] then
            return methods[key]
        end
        if lazy[key] then
            local value = lazy[key](self)
            rawset(self, key, value)
            return value
        end
        return nil
    end,
}

--- A context for one run of procedure `p` with parsed options and a report.
function context.new(p, options, report)
    local self = setmetatable({
        procedure = p,
        options = options,
        report = report,
        settings = p.settings:effective(),
        manifest = {},
        state = {},
        warnings = {},
        stack = {},
        changed = false,
        dry_run = options.dry_run or false,
        started = time.now(),
        config_dir = places.config_dir(options.config_dir),
    }, meta)
    options.config_dir = self.config_dir
    self.timestamp = time.format("%Y-%m-%dT%H%M%SZ", self.started)
    return self
end

--- Has fn run at the end, whatever happens; the last one registered runs first.
function methods:defer(fn, label)
    self.stack[#self.stack + 1] = { fn = fn, label = label or "cleanup", always = true }
end

--- Has fn run at the end of a run that failed or was interrupted.
function methods:on_failure(fn, label)
    self.stack[#self.stack + 1] = { fn = fn, label = label or "undo", always = false }
end

--- From here on a failure undoes nothing of what steps have done; only ctx:defer still runs.
function methods:no_undo()
    self.point_of_no_return = true
    local kept = {}
    for _, entry in ipairs(self.stack) do
        if entry.always then
            kept[#kept + 1] = entry
        end
    end
    self.stack = kept
end

--- A warning: shown now, counted, exit code 1 at the end.
function methods:warn(fmt, ...)
    local text = select("#", ...) > 0 and string.format(fmt, ...) or fmt
    self.warnings[#self.warnings + 1] = text
    self.report:warn("%s", text)
end

--- A remark for the operator.
function methods:note(fmt, ...)
    self.report:note(fmt, ...)
end

--- Takes the text of an .env: env, env_text, services, places, endpoint and settings follow it.
function methods:use_env(text, path)
    path = path or places.compute(self.config_dir).env
    local map, list = environment.parse(text, path)
    self.env, self.env_text = map, text
    self.services = environment.services(map)
    self.procedure.settings:read_env(list, path)
    self:settle()
    self.places = places.compute(self.config_dir, map)
    return map
end

--- Settles what follows from settings and .env.
function methods:settle()
    self.procedure.settings:resolve()
    self.project = self.settings.project
    local endpoint = self.settings.endpoint or environment.endpoint(self.env)
    self.endpoint = endpoint:gsub("/+$", "")
    self.options.endpoint = self.settings.endpoint
    self.options.env = {}
    for key, value in pairs(self.settings) do
        if key:find "^env%." then
            self.options.env[key:sub(5)] = value
        end
    end
end

--- Reads .env of the configuration folder; false when there is none.
function methods:read_env()
    local path = places.compute(self.config_dir).env
    local text = fs.read(path)
    if not text then
        self:settle()
        return false
    end
    self:use_env(text, path)
    return true
end

--- True when SERVICES of .env names the service, or says nothing at all, and services.skip does not
--- leave it out.
function methods:wants(name)
    for _, skipped in ipairs(self.settings["services.skip"]) do
        if skipped == name then
            return false
        end
    end
    return self.services == nil or self.services[name] == true
end

--- The container of a compose service, or nil.
function methods:service(name)
    return self.docker:service(self.project, name)
end

local function remove_if_untouched(self, held)
    held:close()
    if self.made_root and self.failed and not self.changed then
        fs.remove(self.places.lock)
        try(fs.remove, self.places.backup_root)
    end
end

--- Takes the lock, opens the journal and puts right what a killed run left. Not in a dry run.
function methods:lock()
    if self.dry_run or self.held then
        return self.held
    end
    self.made_root = places.prepare(self.places)
    local ok, held = pcall(lock.take, self.places.lock, "hosskeep " .. self.procedure.name)
    if not ok then
        if self.made_root then try(fs.remove, self.places.backup_root) end
        error(held, 0)
    end
    self.held = held
    self:defer(function()
        remove_if_untouched(self, held)
    end, "release the lock")
    rawset(self, "journal", journal.open(self.places.journal))
    self:defer(function()
        self.journal:finish()
    end, "bring the journal up to date")
    recover.all(self)
    return held
end

methods.take_lock = methods.lock

--- Pauses a container for as long as its files are read; see pausing.lua.
function methods:pause(container)
    local _ = self.guard -- its end is deferred before, and so runs after, that of the pause
    return pausing.pause(self, container)
end

--- Random bytes as hexadecimal digits, for names.
function methods:random(bytes)
    local source <close> = fs.open "/dev/urandom"
    return (source:read(bytes or 4):gsub(".", function(c)
        return string.format("%02x", c:byte())
    end))
end

return context
