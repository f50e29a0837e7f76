local room = require "support.real_engine"
local tar = require "support.tar"
local name, create, fails = room.name, room.create, room.fails

describe("docker files", function()
    if not room.host then
        pending "needs an Engine"
        return
    end
    setup(room.connect)
    teardown(room.clean)

    local client, volume, helper

    setup(function()
        client = room.client
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
