describe("archive", function()
    local folder

    before_each(function()
        folder = process.run({ "mktemp", "-d" }).stdout:match "%S+"
    end)

    after_each(function()
        fs.remove_tree(folder)
    end)

    local function at(name)
        return fs.join(folder, name)
    end

    local function fails(kind, message, f, ...)
        local _, err = try(f, ...)
        assert.is_table(err)
        assert.equal(kind, err.kind)
        assert.matches(message, err.message, 1, true)
        return err
    end

    -- A tar as the Engine gives it, by the system's tar.
    local function engine_tar()
        process.run { "sh", "-c", "cd $0 && mkdir -p top/sub && echo key >top/private.pem && "
            .. "ln top/private.pem top/hard && ln -s /x top/soft && mkfifo top/fifo && "
            .. "echo log >top/sub/log && tar cf engine.tar top", folder }
        return fs.open(at "engine.tar")
    end

    local function sample(options)
        local packer <close> = archive.create(at "a.tar.gz", options)
        packer:add_bytes("version.json", [[{"version": "0.2.6"}]], { mtime = 7, mode = 420 })
        packer:add_bytes("config/.env", "A=1\n", { uid = 5, gid = 6 })
        packer:add_tar("volumes/auth", engine_tar(), { strip = "top/", skip = { "sub" } })
        packer:add_reader("db/x.dump", stream.from_string "PGDMP", 5)
        local made = packer:finish { name = "x", empty = json.array {}, inner = { n = 1 } }
        return made
    end

    it("writes, verifies and lists", function()
        local told = 0
        local made = sample()
        assert.equal(7, made.entries)
        assert.equal(33, made.bytes)
        assert.equal(fs.stat(at "a.tar.gz").size, made.size)
        assert.equal(384, fs.stat(at "a.tar.gz").mode)
        local opened <close> = archive.open(at "a.tar.gz")
        local report = opened:verify { progress = function(n) told = n end }
        assert.equal("hosskeep", report.kind)
        assert.equal("gzip", report.format)
        assert.same({ 7, 33, made.size, 0 },
            { report.entries, report.bytes, report.size, #report.notes })
        assert.equal(made.entries_sha256, report.manifest.entries_sha256)
        assert.equal("x", report.manifest.name)
        assert.equal(1, report.manifest.inner.n)
        assert.equal("[]", json.encode(report.manifest.empty))
        assert.equal("0.2.6", report.version.version)
        assert.is_true(told > 0)
        local names = {}
        for entry in opened:entries() do names[#names + 1] = entry.type .. " " .. entry.name end
        assert.same({ "file version.json", "file config/.env", "directory volumes/auth" },
            { table.unpack(names, 1, 3) })
        assert.equal("file db/x.dump", names[7])
    end)

    it("gives entries with all their fields", function()
        sample()
        local opened <close> = archive.open(at "a.tar.gz")
        local found = {}
        for entry in opened:entries() do found[entry.name] = entry end
        assert.same({ name = "config/.env", type = "file", size = 4, mode = 384, uid = 5, gid = 6,
            mtime = found["config/.env"].mtime }, found["config/.env"])
        assert.same({ 7, 420 }, { found["version.json"].mtime, found["version.json"].mode })
        assert.equal("/x", found["volumes/auth/soft"].link)
        local one, two = found["volumes/auth/hard"], found["volumes/auth/private.pem"]
        assert.is_true(one.type == "hardlink" and one.link == two.name
            or two.type == "hardlink" and two.link == one.name)
        assert.is_nil(found["volumes/auth/sub/log"])
    end)

    it("says what it left out", function()
        local packer <close> = archive.create(at "a.tar.zst", { format = "zstd", level = 1 })
        local done = packer:add_tar("volumes/v", engine_tar(), { strip = "top" })
        assert.equal(1, done.skipped_count)
        assert.same({ { name = "top/fifo", why = "device or FIFO" } }, done.skipped)
        done = packer:add_tree("config", at "top")
        assert.same({ 5, 2 }, { done.entries, done.skipped_count })
        assert.same({ name = "config/fifo", why = "FIFO" }, done.skipped[1])
        packer:add_file("one", at "top/private.pem")
        assert.equal(12, packer:totals().entries)
        packer:finish()
        assert.equal("zstd", archive.verify(at "a.tar.zst").format)
    end)

    it("reads, copies and extracts the current entry", function()
        sample()
        local opened <close> = archive.open(at "a.tar.gz")
        fs.mkdir(at "to")
        for entry in opened:entries() do
            if entry.name == "config/.env" then
                opened:extract(at "to", { strip = "config/" })
                fails("system", "File exists", function()
                    opened:extract(at "to", { strip = "config" })
                end)
            elseif entry.name == "db/x.dump" then
                fails("limit", "", opened.read, opened, 3)
            elseif entry.name == "version.json" then
                assert.equal([[{"version": "0.2.6"}]], opened:read())
                assert.equal("", opened:read())
            end
        end
        assert.equal("A=1\n", fs.read(at "to/.env"))
        for entry in opened:entries() do
            if entry.name == "db/x.dump" then
                local writer = fs.create(at "dump")
                assert.equal(5, opened:copy(writer))
                writer:close()
            end
        end
        assert.equal("PGDMP", fs.read(at "dump"))
    end)

    it("puts a group of entries into a tar again", function()
        sample()
        local opened <close> = archive.open(at "a.tar.gz")
        local after = {}
        for entry in opened:entries() do
            if entry.name == "volumes/auth" then
                local writer = fs.create(at "v.tar")
                local done = opened:copy_tar("volumes/auth", writer,
                    { uid = 911, modes = { ["private.pem"] = 256 }, below = "in" })
                writer:close()
                assert.equal(4, done.entries)
            else
                after[#after + 1] = entry.name
            end
        end
        assert.same({ "version.json", "config/.env", "db/x.dump" }, after)
        local text = process.run({ "tar", "--numeric-owner", "-tvf", at "v.tar" }).stdout
        assert.matches("911/%d+ .* in/\n", text)
        assert.matches("in/soft -> /x", text, 1, true)
        assert.matches("link to in/", text, 1, true)
    end)

    it("makes a plain tar for a container", function()
        local tar <close> = archive.tar(fs.create(at "t.tar"))
        tar:add_directory("./", { mode = 448, uid = 70, gid = 71 })
        tar:add_directory("a/b/", {})
        tar:add_bytes("a/b/c", "text", { mode = 420, mtime = 0 })
        tar:add_reader("d", stream.from_string "12", 2)
        assert.error_matches(function() tar:add_bytes("../x", "") end, 'component "%.%."')
        tar:close()
        tar:close()
        local text = process.run({ "tar", "--numeric-owner", "-tvf", at "t.tar" }).stdout
        assert.matches("^drwx%-%-%-%-%-%- 70/71 .* %./\n", text)
        assert.matches("a/b/c\n", text, 1, true)
        do
            local cut <close> = archive.tar(fs.create(at "cut.tar"))
            fails("archive", "less content", cut.add_reader, cut, "x", stream.from_string "1", 2)
            fails("state", "an earlier entry failed", cut.close, cut)
        end
        assert.is_nil(fs.stat(at "cut.tar"))
    end)

    it("leaves nothing of an archive that was not finished", function()
        do
            local packer <close> = archive.create(at "a")
            packer:add_bytes("x", "y")
            assert.same({ "a" }, fs.list(folder))
        end
        assert.same({}, fs.list(folder))
        local packer = archive.create(at "b")
        fails("archive", "less content than its size says", packer.add_reader, packer, "x",
            stream.from_string "123", 4)
        fails("state", "an earlier entry failed", packer.add_bytes, packer, "y", "")
        fails("state", "an earlier entry failed", packer.finish, packer, {})
        packer:close()
        packer:close()
        fails("state", "the packer is closed", packer.totals, packer)
        assert.same({}, fs.list(folder))
        fs.write(at "c", "mine")
        assert.equal("EEXIST", select(2, try(archive.create, at "c")).code)
        assert.equal("mine", fs.read(at "c"))
    end)

    it("verifies in the background, and is busy meanwhile", function()
        sample()
        local opened <close> = archive.open(at "a.tar.gz")
        local job = opened:verify { background = true }
        fails("state", "the archive is in use", opened.verify, opened)
        assert.equal(7, job:wait().entries)
        assert.equal(fs.stat(at "a.tar.gz").size, job:bytes())
        job = archive.verify(at "a.tar.gz", { background = true, cold = true })
        assert.equal(7, job:wait().entries)
        opened:verify { progress = function()
            fails("state", "the archive is in use", opened.read, opened)
            opened:close()
        end }
        fails("state", "the archive is closed", opened.verify, opened)
    end)

    it("refuses what is damaged and says which entry", function()
        sample()
        local text = fs.read(at "a.tar.gz")
        fs.write(at "cut", text:sub(1, -2))
        assert.equal(at "cut", fails("archive", "cut", archive.verify, at "cut").subject)
        fs.write(at "more", text .. "x")
        fails("archive", "bytes follow after gzip's end", archive.verify, at "more")
        fails("archive", "neither gzip nor zstd", archive.open, at "top/private.pem")
        assert.equal("ENOENT", select(2, try(archive.open, at "none")).code)
        local packer <close> = archive.create(at "b")
        assert.equal("a\\033b/..", fails("archive", 'component ".."', packer.add_bytes, packer,
            "a\27b/..", "").subject)
        fails("archive", "too many entries", archive.verify, at "a.tar.gz", { max_entries = 3 })
    end)

    it("raises what a progress function raises", function()
        sample()
        assert.error_matches(function()
            archive.verify(at "a.tar.gz", { progress = function() error "mine" end })
        end, "mine")
        fails("cancelled", "ended by the progress function", archive.verify, at "a.tar.gz",
            { progress = function() return false end })
    end)

    it("knows its options", function()
        assert.error_matches(function() archive.create(at "x", { formt = "gzip" }) end,
            'unknown option "formt" %(valid: format, level%)')
        assert.error_matches(function() archive.create(at "x", { format = "xz" }) end, "xz")
        fails("limit", "gzip's level is 0 to 3", archive.create, at "x", { level = 9 })
        assert.is_nil(fs.stat(at "x"))
        assert.equal(64, archive.LIMITS.depth)
    end)
end)
