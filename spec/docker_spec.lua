-- Against a real Engine, named in ENGINE_SPEC_HOST (tests/engine/docker_primitive.py does).

local tar = require "support.tar"

local HOST = os.getenv "ENGINE_SPEC_HOST"
local IMAGE = os.getenv "ENGINE_SPEC_IMAGE" or "hosskeep-test/server:1"
local LABEL = "hkdock.spec"

if not HOST then
    describe("docker", function()
        pending "needs an Engine"
    end)
    return
end

local client

local function name(what)
    return string.format("hkdock-%d-%s", process.pid, what)
end

--- A container that is removed at the end of the file.
local function create(what, spec)
    spec.Labels = spec.Labels or {}
    spec.Labels[LABEL] = tostring(process.pid)
    return client:create(name(what), spec)
end

local function running(what, labels)
    local container = create(what, { Image = IMAGE, Cmd = { "sleep", "600" }, Labels = labels })
    container:start()
    return container
end

local function fails(kind, code, part, f, ...)
    local ok, problem = pcall(f, ...)
    assert.is_false(ok)
    assert.equal(kind, problem.kind, tostring(problem))
    assert.equal(code, problem.code)
    assert.is_truthy(tostring(problem):find(part, 1, true), tostring(problem))
end

local function took(f, ...)
    local start = time.monotonic()
    f(...)
    return time.monotonic() - start
end

describe("docker", function()
    setup(function()
        client = docker.connect { host = HOST }
    end)

    teardown(function()
        local mine = { [LABEL] = tostring(process.pid) }
        for _, container in ipairs(client:containers { labels = mine }) do
            container:remove()
        end
        client:remove_image(name "empty" .. ":1")
        client:remove_volume(name "volume")
        client:close()
    end)

    it("connects, agrees on a version and says why it cannot", function()
        assert.matches("^1%.%d+$", client.api)
        assert.equal(HOST, client.host)
        assert.is_string(client:version().Version)
        assert.equal("linux", client:info().OSType)
        fails("engine", nil, "is the Engine running?", docker.connect, { host = "unix:///none" })
        fails("engine", nil, "only unix://", docker.connect, { host = "ssh://x" })
        assert.error_matches(function()
            docker.connect { hots = "x" }
        end, 'unknown option "hots" %(valid: host, tls, ca, cert, key%)')
    end)

    it("has a way to ask anything", function()
        local list, status = client:request("GET", "/containers/json", { query = { limit = 1 } })
        assert.equal(200, status)
        assert.is_table(list)
        local text = client:request("GET", "/_ping")
        assert.equal("OK", text)
        fails("engine", 404, "No such container", client.request, client, "GET",
            "/containers/none/json")
        local answer, code = client:request("GET", "/containers/none/json", { check = false })
        assert.equal(404, code)
        assert.matches("No such container", answer.message)
        local job = client:request("GET", "/version", { background = true })
        assert.is_string(job:wait(10).Version)
        assert.error_matches(function()
            client:request("GET", "no slash")
        end, "begins with /")
        assert.error(function()
            client:request("GET", "/x", { headers = { A = "b\r\nC: d" } })
        end)
    end)

    it("makes images without files, and removes them", function()
        local ref = name "empty" .. ":1"
        assert.is_nil(client:image(ref))
        local id = client:import_image(ref, { labels = { [LABEL] = 'odd "x" $y \\z' } })
        assert.matches("^sha256:%x+$", id)
        assert.equal('odd "x" $y \\z', client:image(ref).Config.Labels[LABEL])
        assert.equal(1, #client:images { labels = { [LABEL] = 'odd "x" $y \\z' } })
        assert.is_true(client:remove_image(ref))
        assert.is_false(client:remove_image(ref))
        fails("engine", 404, "No such image: hkdock-none:1", client.create, client, nil,
            { Image = "hkdock-none:1", Cmd = { "x" } })
        fails("engine", 400, "invalid", client.import_image, client, "Not A Name")
    end)

    it("knows volumes", function()
        assert.is_nil(client:volume(name "volume"))
        local made = client:create_volume(name "volume", { labels = { [LABEL] = "v" } })
        assert.equal(name "volume", made.Name)
        assert.equal("v", client:volume(name "volume").Labels[LABEL])
        local listed = client:volumes { labels = { [LABEL] = "v" } }
        assert.equal(name "volume", listed[1].Name)
        assert.is_true(client:remove_volume(name "volume"))
        assert.is_false(client:remove_volume(name "volume"))
        assert.same({}, client:volumes { project = "hkdock-none" })
    end)

    it("finds a service's container by its labels", function()
        local project = name "project"
        local labels = { ["com.docker.compose.project"] = project,
            ["com.docker.compose.service"] = "db", ["com.docker.compose.oneoff"] = "False" }
        local function copy(more)
            local all = { table.unpack(labels) }
            for key, value in pairs(labels) do
                all[key] = value
            end
            for key, value in pairs(more or {}) do
                all[key] = value
            end
            return all
        end
        assert.is_nil(client:service(project, "db"))
        local first = create("db1", { Image = IMAGE, Labels = copy() })
        create("run", { Image = IMAGE, Labels = copy { ["com.docker.compose.oneoff"] = "True" } })
        local found = client:service(project, "db")
        assert.equal(first.id, found.id)
        assert.is_true(first == found)
        assert.same({ name "db1", "db", project, "created", IMAGE },
            { found.name, found.service, found.project, found.state, found.image })
        assert.equal(2, #client:containers { project = project, service = "db" })
        assert.equal(0, #client:containers { project = project, all = false })
        create("db2", { Image = IMAGE, Labels = copy() })
        fails("engine", nil, "scaled services are not supported", client.service, client, project,
            "db")
    end)

    it("starts, pauses, stops, renames and removes", function()
        local c = running "life"
        assert.is_false(c:start())
        assert.is_true(c:inspect().State.Running)
        assert.is_true(c:pause())
        assert.is_false(c:pause())
        assert.is_true(c:unpause())
        assert.is_false(c:unpause())
        c:rename(name "renamed")
        assert.equal(name "renamed", c.name)
        c:restart { timeout = 0 }
        assert.is_true(c:stop { timeout = 0 })
        assert.is_false(c:stop { timeout = 0 })
        assert.equal(137, c:wait { timeout = 10 })
        assert.is_true(c:remove())
        assert.is_false(c:remove())
        assert.is_nil(c:inspect())
        fails("engine", 404, "start container " .. name "renamed", c.start, c)
    end)

    it("waits in time and reads logs", function()
        local c = create("logs", { Image = IMAGE, Cmd = { "sh", "-c",
            "echo one; echo two >&2; echo three; sleep 0.3; exit 7" } })
        c:start()
        assert.equal(7, c:wait { timeout = 20 })
        local text = c:logs()
        assert.matches("one\n", text)
        assert.matches("two\n", text)
        assert.equal("one\nthree\n", c:logs { stderr = false, tail = 0 })
        assert.matches("^%a+\n$", c:logs { tail = 1 })
        local long = running "long"
        fails("timeout", nil, "wait container", long.wait, long, { timeout = 0.2 })
        local terminal = create("tty", { Image = IMAGE, Tty = true, Cmd = { "echo", "plain" } })
        terminal:start()
        terminal:wait { timeout = 20 }
        assert.equal("plain\r\n", terminal:logs())
    end)

    it("tells what happens", function()
        local filters = { type = { "container" }, label = { LABEL .. "=" .. process.pid } }
        local events = client:events { filters = filters }
        assert.is_nil(events:next(0))
        local c = create("events", { Image = IMAGE, Cmd = { "true" } })
        local event = events:next(10)
        assert.equal("create", event.Action)
        assert.equal(c.id, event.Actor.ID)
        assert.is_nil(events:next(0.1))
        c:remove()
        assert.equal("destroy", events:next(10).Action)
        events:close()
        assert.error_matches(function()
            events:next(0)
        end, "closed")
        local past = client:events { filters = filters, since = time.now() - 60 }
        assert.is_string(past:next(10).Action)
        past:close()
    end)

    describe("exec", function()
        local c

        setup(function()
            c = running "exec"
        end)

        local function processes()
            return c:exec({ "ps", "-eo", "stat,args" }).stdout
        end

        it("gives output and exit code", function()
            local r = c:exec { "sh", "-c", "echo out; echo err >&2" }
            assert.same({ code = 0, stdout = "out\n", stderr = "err\n" }, r)
            r = c:exec({ "sh", "-c", 'printf %s "$A"; id -u; pwd; exit 3' },
                { env = { A = "a b'\"\n$c\n" }, user = "1000", workdir = "/tmp", check = false })
            assert.equal(3, r.code)
            assert.equal("a b'\"\n$c\n1000\n/tmp\n", r.stdout)
            fails("exec", 4, "exit code 4: last words", c.exec, c,
                { "sh", "-c", "echo first >&2; echo last words >&2; exit 4" })
            fails("exec", 126, "nonesuch", c.exec, c, { "nonesuch" })
            assert.equal("\0\255\n", c:exec({ "printf", "\\000\\377\\n" }).stdout)
        end)

        it("refuses what it cannot mean", function()
            assert.error_matches(function()
                c:exec "ls -l"
            end, "table expected")
            assert.error(function()
                c:exec {}
            end)
            assert.error(function()
                c:exec { "a\0b" }
            end)
            assert.error_matches(function()
                c:exec({ "true" }, { envs = {} })
            end, 'unknown option "envs"')
            assert.error(function()
                c:exec({ "true" }, { env = { "A=b" } })
            end)
        end)

        it("has a ceiling, or a writer", function()
            fails("limit", 1000, "more than 1000 bytes", c.exec, c,
                { "sh", "-c", "yes | head -c 2000" }, { max_output = 1000 })
            local path = os.tmpname()
            local writer = fs.create(path, { replace = true })
            local r = c:exec({ "sh", "-c", "yes | head -c 3000000; echo e >&2" }, { to = writer })
            writer:close()
            assert.same({ code = 0, stdout = "", stderr = "e\n" }, r)
            assert.equal(3000000, fs.stat(path).size)
            fs.remove(path)
            r = c:exec({ "sh", "-c", "yes first | head -c 90000 >&2; echo last >&2" },
                { max_output = 5000 })
            assert.is_true(#r.stderr <= 5000)
            assert.matches("last\n$", r.stderr)
        end)

        it("ends what it started, with all its children", function()
            local tree = "(sleep 333 & exec sleep 334) & sh -c 'trap \"\" TERM; sleep 335; :' & "
                .. "sleep 336"
            local seconds = took(fails, "timeout", nil, "still running after 0.5 s", c.exec, c,
                { "sh", "-c", tree }, { timeout = 0.5 })
            assert.is_true(seconds < 2.5, seconds)
            assert.is_nil(processes():match "[^Z]%s+%S*sleep 33%d")
            took(fails, "timeout", nil, "still running", c.exec, c,
                { "setpriv", "--reuid", "1001", "--clear-groups", "sleep", "337" },
                { timeout = 0.3 })
            assert.is_nil(processes():match "sleep 337")
            fails("timeout", nil, "still running", c.exec, c, { "sleep", "338" },
                { timeout = 0.3, user = "1000" })
            assert.is_nil(processes():match "sleep 338")
        end)

        it("leaves the others alone", function()
            local other = c:exec({ "sleep", "339" }, { background = true })
            fails("timeout", nil, "still running", c.exec, c, { "sleep", "340" }, { timeout = 0.3 })
            assert.matches("sleep 339", processes())
            other:cancel()
            fails("cancelled", nil, "cancelled", other.wait, other)
            assert.is_nil(processes():match "sleep 339")
        end)

        it("runs in the background, several at once", function()
            local jobs = {}
            local seconds = took(function()
                for i = 1, 4 do
                    jobs[i] = c:exec({ "sh", "-c", "sleep 0.5; echo " .. i }, { background = true })
                end
                for i = 1, 4 do
                    assert.equal(i .. "\n", jobs[i]:wait(20).stdout)
                end
            end)
            assert.is_true(seconds < 1.9, seconds)
        end)
    end)

    describe("files", function()
        local volume, helper

        setup(function()
            volume = name "volume"
            client:import_image(name "empty" .. ":1")
            client:create_volume(volume)
            helper = create("helper", { Image = name "empty" .. ":1", Cmd = { "-" },
                HostConfig = { Mounts = { { Type = "volume", Source = volume,
                    Target = "/mnt/v" } } } })
        end)

        local function read(path)
            local reader <close> = helper:open(path)
            return tar.parse(reader:read_all(16 << 20))
        end

        it("go in and come out of a helper that never ran as they are", function()
            local odd = "v/-we ird\n\tß \\ 名 *"
            local function entry(path, mode, uid, gid, more)
                local e = more or {}
                e.name, e.mode, e.uid, e.gid, e.mtime = path, mode, uid, gid, 1000000000 + uid
                return e
            end
            local writer = helper:upload "/mnt" -- so that the mount itself gets its owner and mode
            writer:write(tar.make {
                entry("v/", 493 + 1024, 911, 912, { type = "directory" }),
                entry(odd, 384, 70, 71, { data = "x" }),
                entry("v/setuid", 2541, 1001, 5, { data = ("y"):rep(100001) }),
                entry("v/dir/", 448 + 512, 70, 70, { type = "directory" }),
                entry("v/dir/one", 416, 1, 2, { data = "one" }),
                entry("v/dir/two", 416, 1, 2, { type = "hardlink", link = "v/dir/one" }),
                entry("v/link", 511, 3, 4, { type = "symlink", link = "/etc/../nowhere" }),
                entry("v/empty", 0, 0, 0),
            })
            writer:close()
            local found, count = read "/mnt/v"
            local function is(path, mode, uid, gid)
                local e = found[path]
                assert.same({ mode, uid, gid, 1000000000 + uid },
                    { e.mode & 4095, e.uid, e.gid, e.mtime }, path)
            end
            assert.equal(8, count)
            is("v", 493 + 1024, 911, 912)
            is(odd, 384, 70, 71)
            is("v/setuid", 2541, 1001, 5)
            is("v/dir", 448 + 512, 70, 70)
            is("v/empty", 0, 0, 0)
            assert.equal("x", found[odd].data)
            assert.equal(("y"):rep(100001), found["v/setuid"].data)
            local one, two = found["v/dir/one"], found["v/dir/two"]
            assert.same({ file = "one", hardlink = "" }, { [one.type] = one.data,
                [two.type] = two.data })
            assert.equal("/etc/../nowhere", found["v/link"].link)
            assert.is_false(helper:inspect().State.Running)
        end)

        it("are described", function()
            local found = helper:stat "/mnt/v/setuid"
            assert.same({ "setuid", "file", 100001, 2541 },
                { found.name, found.type, found.size, found.mode })
            assert.equal("directory", helper:stat("/mnt/v/dir").type)
            assert.equal("/nowhere", helper:stat("/mnt/v/link").link) -- as the container sees it
            assert.is_nil(helper:stat "/mnt/v/none")
        end)

        it("raise before the first byte when they are not there", function()
            fails("engine", 404, "/mnt/v/none in container", helper.open, helper, "/mnt/v/none")
            local writer = helper:upload "/mnt/v/none"
            fails("engine", 404, "/mnt/v/none in container", function()
                writer:write(tar.make {})
                writer:close()
            end)
        end)

        it("are copied from here to there without touching Lua", function()
            local other = create("other", { Image = name "empty" .. ":1", Cmd = { "-" } })
            local reader <close> = helper:open "/mnt/v/dir"
            local writer = other:upload "/"
            stream.copy(reader, writer)
            writer:close()
            assert.equal("file", other:stat("/dir/one").type)
        end)

        it("are not published when the tar is broken off", function()
            local writer = helper:upload "/mnt/v"
            writer:write(tar.make({ { name = "half", data = ("z"):rep(5000) } }):sub(1, 2000))
            fails("engine", 500, "", writer.close, writer)
        end)
    end)

    it("says that a closed thing is closed", function()
        local other = docker.connect { host = HOST }
        local c = other:container "x"
        other:close()
        assert.error_matches(function()
            other:info()
        end, "closed")
        assert.is_nil(c:inspect()) -- a container holds its client
        c:close()
        assert.error_matches(function()
            c:inspect()
        end, "closed")
    end)
end)
