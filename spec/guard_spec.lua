-- Killed with -9: the guard resumes what was paused, the next run removes what is left. Against a
-- real Engine, named in ENGINE_SPEC_HOST.

local site = require "support.site"

local HOST = os.getenv "ENGINE_SPEC_HOST"
local IMAGE = os.getenv "ENGINE_SPEC_IMAGE" or "hosskeep-test/server:1"

if not HOST then
    describe("the guard", function()
        pending "needs an Engine"
    end)
    return
end

local SCRIPT = [[
local procedure = require "hosskeep.procedure"
local p = procedure.new("demo", { env = "optional", lock = true })
p:step { name = "hold", run = function(ctx)
    if not os.getenv "SPEC_CONTAINER" then return end
    ctx.helpers:mount { bind = ctx.config_dir, readonly = true }
    local hold <close> = ctx:pause(ctx.docker:container(os.getenv "SPEC_CONTAINER"))
    fs.write(ctx.config_dir .. "/held", "")
    time.sleep(tonumber(os.getenv "SPEC_SECONDS"))
end }
return p:main(...)
]]

local client, container, here

local function paused()
    return container:inspect().State.Paused
end

local function wait_for(what, seconds)
    local stop = time.monotonic() + seconds
    while not what() and time.monotonic() < stop do
        time.sleep(0.02)
    end
    return what()
end

local function environment(seconds)
    return { HOME = here.root, XDG_CONFIG_HOME = here.root, DOCKER_HOST = HOST,
        SPEC_CONTAINER = seconds and container.id, SPEC_SECONDS = seconds and tostring(seconds),
        PATH = os.getenv "PATH" }
end

local function start(seconds)
    local child = process.start {
        argv = { hosskeep.executable, "--script-dir", here.scripts, "demo", "--config-dir",
            here.config },
        env = environment(seconds),
    }
    assert.is_true(wait_for(paused, 10))
    assert.is_truthy(wait_for(function()
        return fs.stat(here.config .. "/held") ~= nil
    end, 10))
    return child
end

local function ours()
    return #client:containers { labels = { ["hosskeep.root"] = here.config .. "/backup" } }
end

describe("the guard", function()
    setup(function()
        client = docker.connect { host = HOST }
    end)

    before_each(function()
        here = site.new(SCRIPT)
        container = client:create(nil, { Image = IMAGE, Cmd = { "sleep", "600" } })
        container:start()
    end)

    after_each(function()
        container:remove { force = true }
        here:remove()
    end)

    it("leaves no trace of a run that ends well", function()
        local child = start(0.2)
        assert.equal(0, child:wait(20).code)
        assert.is_false(paused())
        assert.equal(0, ours())
        assert.same({ ".hosskeep.lock" }, fs.list(here.config .. "/backup"))
    end)

    it("resumes within two seconds of kill -9, and the next run clears up", function()
        local child = start(600)
        assert.equal(1, ours())
        child:kill(9)
        local begun = time.monotonic()
        assert.is_true(wait_for(function()
            return not paused()
        end, 5))
        assert.is_true(time.monotonic() - begun < 2)
        child:wait(5)
        local journal = fs.read(here.config .. "/backup/.hosskeep-journal")
        assert.matches('"kind":"paused"', journal)
        assert.matches('"kind":"helper"', journal)
        local again = process.run {
            argv = { hosskeep.executable, "--script-dir", here.scripts, "demo", "--config-dir",
                here.config },
            env = environment(nil),
        }
        assert.equal(0, again.code, again.stderr)
        assert.matches("put right after an earlier run: helper", again.stdout)
        assert.equal(0, ours())
        assert.is_nil(fs.stat(here.config .. "/backup/.hosskeep-journal"))
    end)

    it("is not ended by the signals that end a run", function()
        local child = start(600)
        child:kill(15)
        assert.equal(128 + 15, child:wait(10).code)
        assert.is_false(paused())
        assert.equal(0, ours())
    end)

    it("names the holder of the lock to a second run", function()
        local child = start(600)
        local second = process.run {
            argv = { hosskeep.executable, "--script-dir", here.scripts, "demo", "--config-dir",
                here.config },
            env = environment(nil),
        }
        assert.equal(3, second.code)
        assert.matches("another run holds the lock %(pid " .. child.pid .. ", started %S+, "
            .. "hosskeep demo%)", second.stderr)
        child:kill(2)
        assert.equal(130, child:wait(10).code)
    end)
end)
