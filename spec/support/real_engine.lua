-- A real Engine, named in ENGINE_SPEC_HOST (tests/engine/docker_primitive.py does); what a spec
-- makes there has names that begin with hkdock- and goes at its end.

local assert = require "luassert"

local room = {
    host = os.getenv "ENGINE_SPEC_HOST",
    image = os.getenv "ENGINE_SPEC_IMAGE" or "hosskeep-test/server:1",
    label = "hkdock.spec",
}

function room.connect()
    room.client = docker.connect { host = room.host }
end

--- A name of this process's own.
function room.name(what)
    return string.format("hkdock-%d-%s", process.pid, what)
end

--- A container that is removed at the end.
function room.create(what, spec)
    spec.Labels = spec.Labels or {}
    spec.Labels[room.label] = tostring(process.pid)
    return room.client:create(room.name(what), spec)
end

--- The same, started, and alive for ten minutes.
function room.running(what)
    local container = room.create(what, { Image = room.image, Cmd = { "sleep", "600" } })
    container:start()
    return container
end

function room.clean()
    local mine = { [room.label] = tostring(process.pid) }
    for _, container in ipairs(room.client:containers { labels = mine }) do
        container:remove()
    end
    room.client:remove_image(room.name "empty" .. ":1")
    room.client:remove_volume(room.name "volume")
    room.client:close()
end

--- f(...) must raise an error of this kind and code whose text has `part`.
function room.fails(kind, code, part, f, ...)
    local ok, problem = pcall(f, ...)
    assert.is_false(ok)
    assert.equal(kind, problem.kind, tostring(problem))
    assert.equal(code, problem.code)
    assert.is_truthy(tostring(problem):find(part, 1, true), tostring(problem))
end

--- The seconds that f(...) takes.
function room.took(f, ...)
    local start = time.monotonic()
    f(...)
    return time.monotonic() - start
end

return room
