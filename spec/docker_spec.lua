local room = require "support.real_engine"
local name, create, running, fails = room.name, room.create, room.running, room.fails
local IMAGE, LABEL = room.image, room.label

describe("docker", function()
    if not room.host then
        pending "needs an Engine"
        return
    end
    setup(room.connect)
    teardown(room.clean)

    local client

    setup(function()
        client = room.client
    end)

    it("connects, agrees on a version and says why it cannot", function()
        assert.matches("^1%.%d+$", client.api)
        assert.equal(room.host, client.host)
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
        assert.is_true(c:wait { timeout = 10 } > 0) -- 137, or 2 when it had hardly begun
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
        assert.is_nil(long:wait { timeout = 0.2 })
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

    it("says that a closed thing is closed", function()
        local other = docker.connect { host = room.host }
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
