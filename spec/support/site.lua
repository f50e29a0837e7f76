-- A folder for one test: a site's scripts, settings and .env, and hosskeep run as a program on it.

local site = {}

local methods = {}
local meta = { __index = methods }

local count = 0

--- A new site in a temporary folder; `script` is its demo.lua, if any.
function site.new(script)
    count = count + 1
    local root = string.format("%s/hosskeep-spec-%d-%d", os.getenv "TMPDIR" or "/tmp", process.pid,
        count)
    try(fs.remove_tree, root)
    fs.mkdir(root .. "/scripts", 448)
    fs.mkdir(root .. "/config", 448)
    local self = setmetatable({ root = root, scripts = root .. "/scripts",
        config = root .. "/config" }, meta)
    if script then
        self:script("demo.lua", script)
    end
    return self
end

--- Writes a file below the script folder.
function methods:script(name, text)
    local path = self.scripts .. "/" .. name
    fs.mkdir(fs.dirname(path), 448)
    fs.write(path, text, { mode = 384, replace = true })
    return path
end

--- Writes the .env of the configuration folder.
function methods:env(text)
    fs.write(self.config .. "/.env", text, { mode = 384, replace = true })
end

--- Runs `hosskeep --script-dir SCRIPTS ...`. Returns {code, stdout, stderr}.
function methods:run(...)
    local argv = { hosskeep.executable, "--script-dir", self.scripts, ... }
    return process.run {
        argv = argv,
        env = { HOME = self.root, XDG_CONFIG_HOME = self.root .. "/none" },
        cwd = self.root,
    }
end

--- Runs the procedure demo on the site's configuration folder.
function methods:demo(...)
    return self:run("demo", "--config-dir", self.config, ...)
end

--- What the script's calls of trace(...) have left, as one line.
function methods:trace()
    return ((fs.read(self.root .. "/trace") or ""):gsub("\n", " "):gsub(" $", ""))
end

--- Removes the folder.
function methods:remove()
    fs.remove_tree(self.root)
end

--- A demo procedure: steps one, two and three that say what they do through trace().
site.DEMO = [[
local procedure = require "hosskeep.procedure"
local failure = require "hosskeep.failure"
local p = procedure.new("demo", { title = "a demo", lock = false, env = "optional",
    failed = function(ctx) return ctx.changed and 10 or 5 end })
local function trace(ctx, word)
    local path = ctx.config_dir .. "/../trace"
    fs.write(path, (fs.read(path) or "") .. word .. "\n", { replace = true })
end
for _, name in ipairs { "one", "two", "three" } do
    p:step { name = name, title = "Step " .. name,
        objects = { reads = { "file:/" .. name }, changes = { "folder:/" .. name } },
        check = function(ctx) trace(ctx, "check-" .. name) end,
        run = function(ctx)
            ctx:defer(function() trace(ctx, "defer-" .. name) end, "defer of " .. name)
            trace(ctx, name)
        end,
        undo = function(ctx) trace(ctx, "undo-" .. name) end }
end
return p:main(...)
]]

--- A drop-in's first lines: gives it trace().
site.TRACE = [[
local p = ...
local function trace(ctx, word)
    local path = ctx.config_dir .. "/../trace"
    fs.write(path, (fs.read(path) or "") .. word .. "\n", { replace = true })
end
]]

return site
