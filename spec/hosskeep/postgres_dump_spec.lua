local dump = require "hosskeep.postgres_dump"

describe("hosskeep.postgres_dump", function()
    describe("connection", function()
        it("takes no name for anything but a name", function()
            assert.equal("dbname='hoss_core'", dump.connection("hoss_core"))
            assert.equal("dbname='a b host=evil'", dump.connection("a b host=evil"))
            assert.equal([[dbname='it\'s \\ odd']], dump.connection([[it's \ odd]]))
        end)
    end)

    describe("file_name", function()
        it("keeps hossadm's form", function()
            assert.equal("postgres-hoss_core-backup.dump", dump.file_name("hoss_core"))
        end)

        it("escapes what would be trouble in a path", function()
            assert.equal("postgres-a%2Fb%20%27%25-backup.dump", dump.file_name("a/b '%"))
            assert.equal("postgres-N%C3%A4me-backup.dump", dump.file_name("Näme"))
        end)
    end)

    describe("distribute", function()
        local function names(workers)
            local list = {}
            for i, worker in ipairs(workers) do
                local one = {}
                for _, database in ipairs(worker) do one[#one + 1] = database.name end
                list[i] = table.concat(one, " ")
            end
            return list
        end

        it("gives the largest a worker of its own", function()
            local databases = {
                { name = "a", size = 1 }, { name = "b", size = 100 }, { name = "c", size = 2 },
            }
            assert.same({ "b", "c a" }, names(dump.distribute(databases, 2)))
            assert.equal("a", databases[1].name)
        end)

        it("starts no worker without work", function()
            assert.same({ "a" }, names(dump.distribute({ { name = "a", size = 0 } }, 4)))
            assert.same({}, dump.distribute({}, 4))
        end)
    end)

    describe("parse", function()
        it("tells each file's tables and whether it was dumped to the end", function()
            local found = dump.parse([[
{"file": "a"}
{"table" : "public.t", "rows" : 3}
{"table" : "\"Odd\nname\".x", "rows" : 0}
{"dumped": true}
{"file": "b"}
{"table" : "public.u", "rows" : 1}
]])
            assert.is_true(found.a.dumped)
            assert.equal(3, found.a.tables["public.t"])
            assert.equal(0, found.a.tables['"Odd\nname".x'])
            assert.is_nil(found.b.dumped)
        end)

        it("drops all counts of a database that could not be counted", function()
            local found = dump.parse(
                '{"file": "a"}\n{"table": "t", "rows": 1}\n{"uncounted": true}\n{"dumped": true}\n')
            assert.is_nil(found.a.tables)
            assert.is_true(found.a.dumped)
            assert.is_nil(dump.parse('{"file": "a"}\n{"table": "\xff", "rows": 1}\n').a.tables)
        end)
    end)

    it("never names a password", function()
        for key, value in pairs(dump.worker_environment("postgres")) do
            assert.is_nil(key:find("PASS", 1, true))
            assert.is_nil(value:find("PASSWORD", 1, true))
        end
    end)
end)
