--- Starting the server, by the site's own command or by the operator, and seeing its containers
-- come up. Containers are watched by the Engine's events, from before the command runs, so that
-- nothing is missed.

local failure = require "hosskeep.failure"
local start_command = require "hosskeep.start_command"

local m = {}

local RESTARTS = 3 -- one or two may be the Engine's or the operator's doing

local function last_line(text)
    return (text or ""):match("([^\n]+)%s*$") or "no output"
end

local Server = {}
Server.__index = Server

--- Begins to watch the project's containers.
function m.watch(ctx)
    local events = ctx.docker:events {
        filters = {
            type = { "container" }, label = { "com.docker.compose.project=" .. ctx.project },
        },
    }
    ctx:defer(function() events:close() end, "end watching the containers")
    ctx.state.containers = {}
    ctx.state.server = setmetatable({ ctx = ctx, events = events }, Server)
    return ctx.state.server
end

--- Runs the command through the shell, in the background; its output goes to a job. The next run
-- ends it if this one is killed.
function Server:start(command)
    local ctx, path = self.ctx, start_command.path(self.ctx)
    self.token = ctx.journal:add { kind = "start", id = path }
    ctx:defer(function()
        m.cancel(ctx)
        self:ended()
    end, "end the start command")
    self.command = command
    self.job = start_command.start(path, command)
end

-- What it has left running from then on is the site's own.
function Server:ended()
    if not self.token then return end
    fs.remove(start_command.path(self.ctx))
    self.ctx.journal:done(self.token)
    self.token = nil
end

-- Raises when the command has ended badly.
function Server:check()
    if not self.job or not self.job:done() then return end
    local result = self.job:wait()
    self.job = nil
    self:ended()
    if result.code ~= 0 then
        failure.raise(10, "start: the command ended with %s: %s",
            result.code or ("signal " .. tostring(result.signal)), last_line(result.stdout))
    end
end

--- Waits until the service's container has been started. `deadline` is of time.monotonic.
function Server:container(service, deadline)
    while true do
        local found = self.ctx.docker:service(self.ctx.project, service)
        if found and found.state == "running" then
            self.ctx.state.containers[service] = found
            return found
        end
        self:check()
        if time.monotonic() >= deadline then
            failure.raise(10, "start: no container of %s within %d s", service,
                self.ctx.settings["start.timeout"])
        end
        self.events:next(math.min(0.5, deadline - time.monotonic()))
    end
end

--- The running container of a service; waits for it up to `start.timeout`.
function m.container(ctx, service)
    return ctx.state.containers[service]
        or ctx.state.server:container(service, time.monotonic() + ctx.settings["start.timeout"])
end

--- Raises when a service's container starts again and again: waiting would not bring it up.
function m.check_alive(ctx, service)
    local container = m.container(ctx, service)
    local details = container:inspect()
    if not details or details.RestartCount < RESTARTS then return end
    local log = container:logs { tail = 40 }
    failure.raise(10, "%s: its container does not stay up: %s", service,
        log:match("[^\n]*[Ee]xception[^\n]*") or last_line(log))
end

--- Waits for the next thing that happens to the service's container, or half a second.
function Server:wait_for_start(service, deadline)
    self:check()
    self.events:next(math.min(0.5, math.max(0.01, deadline - time.monotonic())))
    self:container(service, deadline)
end

--- Waits for the start command's end; it may wait for healthy services itself.
function Server:finish(deadline)
    while self.job do
        self:check()
        if not self.job then return end
        if time.monotonic() >= deadline then
            failure.raise(10, "start: the command has not ended within %d s",
                self.ctx.settings["start.timeout"])
        end
        self.job:wait(0.2)
    end
end

--- What an operator would type, from what the backup saw of the compose project.
function m.advice(ctx)
    local compose = ctx.manifest.compose or {}
    local words = { "docker-compose" }
    for _, file in ipairs(compose.config_files or {}) do
        words[#words + 1] = "-f " .. file
    end
    words[#words + 1] = "--env-file " .. ctx.places.env
    words[#words + 1] = "-p " .. ctx.project .. " up -d"
    local command = table.concat(words, " ")
    if compose.working_dir then return ("cd %s && %s"):format(compose.working_dir, command) end
    return "make up DETACH=true (in the server folder), or: " .. command
end

--- Starts the server, or asks the operator to; `advice` is what to type.
function m.run(ctx, advice)
    local server = m.watch(ctx)
    local command = ctx.settings["start.command"]
    if command and command ~= "" then
        server:start(command)
    else
        ctx:note("all is in place; now start the server: %s", advice or m.advice(ctx))
    end
end

--- Ends the start command if it still runs.
function m.cancel(ctx)
    local server = ctx.state.server
    if not server or not server.job then return end
    server.job:cancel()
    try(server.job.wait, server.job)
    server.job = nil
end

--- Waits until the start command has ended.
function m.finish(ctx)
    ctx.state.server:finish(time.monotonic() + ctx.settings["start.timeout"])
end

local function check_runs(ctx, service, container)
    if container.state ~= "running" then
        failure.raise(10, "%s: container %s is %s", service, container.name, container.state)
    end
    local known = container:inspect()
    local health = known and known.State.Health
    if type(health) == "table" and health.Status == "unhealthy" then
        ctx:warn("%s: container %s calls itself unhealthy", service, container.name)
    end
end

--- Every service that `.env` names and that has a container must run now.
function m.wait_services(ctx)
    m.finish(ctx)
    for service in (ctx.env.SERVICES or ""):gmatch("%S+") do
        local container = ctx.docker:service(ctx.project, service)
        if container then check_runs(ctx, service, container) end
    end
end

return m
