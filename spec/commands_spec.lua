local site = require "support.site"

describe("the commands", function()
    local here

    before_each(function()
        here = site.new(site.DEMO)
    end)

    after_each(function()
        here:remove()
    end)

    it("steps tells the effective list and who edited it", function()
        here:script("demo.d/10-x.lua", [[local p = ...
p:insert_before("two", { name = "extra", title = "More", run = function() end })
p:wrap("two", function(ctx, base) base() end)
p:disable("one", "not here")
p:remove "three"]])
        local plain = here:run("steps", "demo")
        assert.equal(0, plain.code, plain.stderr)
        local names = {}
        for line in plain.stdout:gmatch "[^\n]+" do
            names[#names + 1] = line:match "^%S+"
        end
        assert.same({ "one", "extra", "two" }, names)
        local text = here:run("steps", "demo", "--explain").stdout
        assert.matches("disabled by %S+/10%-x%.lua:4 %(not here%)", text)
        assert.matches("wrapped by %S+/10%-x%.lua:3", text)
        assert.matches("%(removed: three, by %S+/10%-x%.lua:5%)", text)
        assert.matches("drop%-in %S+/10%-x%.lua sha256 %x+", text)
        local described = json.decode(here:run("steps", "demo", "--json").stdout)
        assert.equal("extra", described.steps[2].name)
        assert.equal(hash.file(here.scripts .. "/demo.d/10-x.lua"), described.scripts[1].sha256)
        assert.equal("", here:trace())
    end)

    it("paths tells where things are found", function()
        here:script("demo.d/10-x.lua", "")
        here:script("demo.d/20-y.lua.disabled", "")
        local text = here:run("paths").stdout
        assert.is_truthy(text:find(here.scripts, 1, true))
        assert.matches("demo: script %S+/scripts/demo%.lua", text)
        assert.matches("10%-x%.lua  used", text)
        assert.matches("20%-y%.lua%.disabled  disabled", text)
        assert.matches("backup: script embedded:backup", text)
    end)

    it("config prints one value, and refuses unknown keys", function()
        assert.equal("server\n", here:run("config", "--get", "project", "-c", here.config).stdout)
        local wrong = here:run("config", "--get", "projekt", "-c", here.config)
        assert.equal(2, wrong.code)
        assert.matches('no setting "projekt" %(did you mean "project"', wrong.stderr)
        local list = json.decode(here:run("config", "--json", "-c", here.config).stdout)
        assert.equal("project", list[1].name)
        assert.equal("stock", list[1].origin)
    end)

    it("diff-script compares a site's copy with stock", function()
        local own = here:run("diff-script", "demo")
        assert.equal(2, own.code)
        assert.matches("there is no stock script demo", own.stderr)
        assert.equal(0, here:run("diff-script", "backup").code)
        local _, text = hosskeep.find "backup"
        here:script("backup.lua", text .. "-- more\n")
        local differs = here:run("diff-script", "backup")
        assert.equal(1, differs.code)
        assert.matches("\n%+%-%- more\n", differs.stdout)
    end)

    it("verify and list tell good from bad", function()
        local folder = here.root .. "/backups"
        fs.mkdir(folder, 448)
        local good = folder .. "/hoss-backup-2026-01-02T030405Z.tar.gz"
        local packer = archive.create(good)
        packer:add_bytes("version.json", '{"version":"0.2.6","build":"abc"}')
        packer:finish {}
        fs.write(folder .. "/hoss-backup-2026-01-03T030405Z.tar.gz", "no archive")
        assert.equal(0, here:run("verify", good).code)
        local both = here:run("verify", "--json", good,
            folder .. "/hoss-backup-2026-01-03T030405Z.tar.gz")
        assert.equal(6, both.code)
        assert.matches("^hosskeep: verify: [^\n]*2026%-01%-03[^\n]*: not an archive[^\n]*\n$",
            both.stderr)
        assert.is_true(json.decode(both.stdout:match "^[^\n]+").ok)
        local list = here:run("list", folder)
        assert.equal(1, list.code)
        assert.matches("2026%-01%-02T03:04:05Z +%S+ %a+ +0%.2%.6 ", list.stdout)
        assert.matches("UNREADABLE", list.stdout)
    end)

    it("reference prints everything, or what is asked for", function()
        local all = here:run("reference").stdout
        assert.matches("\n## docker\n", all)
        assert.matches("\n### `hash%.sha256%(text%)`\n", all)
        assert.matches("^fs%.join%(%.%.%.%)\n", here:run("reference", "fs.join").stdout)
        assert.equal(2, here:run("reference", "fs.jion").code)
        local globals = {}
        assert(load(here:run("reference", "--luacheck").stdout, "=rc", "t", globals))()
        assert.is_truthy(globals.read_globals.fs.fields.join)
        assert.is_truthy(globals.read_globals.json.fields.null)
        assert.is_truthy(globals.read_globals.process.fields.pid)
        assert.is_false(globals.read_globals.log.fields.level.read_only)
    end)

    it("all have help on stdout and refuse bad options with 2", function()
        for name in ("steps paths config verify list diff-script reference demo"):gmatch "%S+" do
            local help = here:run(name, "--help")
            assert.equal(0, help.code, name)
            assert.matches("^Usage: hosskeep " .. name:gsub("%-", "%%-"), help.stdout)
            local bad = here:run(name, "--nonsense")
            assert.equal(2, bad.code, name)
            assert.matches('^hosskeep: [^\n]+no option "%-%-nonsense"[^\n]+\n$', bad.stderr)
        end
    end)
end)
