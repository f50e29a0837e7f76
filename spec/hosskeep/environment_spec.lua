local environment = require "hosskeep.environment"
local places = require "hosskeep.places"

describe("the server's .env", function()
    it("tells secrets by name and value", function()
        for _, name in ipairs { "POSTGRES_PASSWORD", "RABBITMQ_COOKIE", "HOSS_PAT", "JWT_KEY",
            "LDAP_ADMIN_PASS", "CLIENT_SECRET", "API_TOKEN" } do
            assert.is_true(environment.looks_secret(name), name)
        end
        for _, name in ipairs { "PATH", "HOSS_DIR", "SERVICES", "POSTGRES_USER" } do
            assert.is_false(environment.looks_secret(name), name)
        end
        assert.is_true(environment.can_be_secret "s3cr3t!")
        assert.is_true(environment.can_be_secret "123456")
        assert.is_false(environment.can_be_secret "/etc/keys/private.pem")
        assert.is_false(environment.can_be_secret "true")
        assert.is_false(environment.can_be_secret "8080")
    end)

    it("masks them in all output", function()
        environment.parse("A_PASSWORD=hunter2hunter2\nURL=amqp://u:pw-in-url@h/\n", "/c/.env")
        assert.equal("is ***", log.mask "is hunter2hunter2")
        assert.equal("amqp://u:***@h/", log.mask "amqp://u:pw-in-url@h/")
    end)

    it("reads SERVICES as a set", function()
        assert.same({ db = true, ldap = true }, environment.services { SERVICES = "db  ldap " })
        assert.is_nil(environment.services {})
        assert.is_nil(environment.services { SERVICES = "" })
    end)

    it("finds the endpoint", function()
        assert.equal("http://localhost", environment.endpoint {})
        assert.equal("http://localhost", environment.endpoint(nil))
        local function with(host)
            return environment.endpoint { EXTERNAL_HOSTNAME = host }
        end
        assert.equal("https://hoss.example", with "https://hoss.example/")
        assert.equal("http://hoss.example", with "hoss.example")
    end)

    it("names the line of a mistake", function()
        local ok, err = pcall(environment.parse, "A=1\nB='open\n", "/c/.env")
        assert.is_false(ok)
        assert.equal(4, err.exit)
        assert.matches("^/c/%.env:%d+: ", err.message)
    end)
end)

describe("places", function()
    it("follow .env, with defaults below the configuration folder", function()
        local all = places.compute("/c", {})
        assert.equal("/c/backup", all.backup_root)
        assert.equal("/c/data/db", all.db_root)
        assert.equal("/c/backup/backups", all.backups)
        all = places.compute("/c", { BACKUP_ROOT = "/b/", HOSS_DIR = "/h", DB_ROOT = "/d" })
        assert.equal("/b", all.backup_root)
        assert.equal("/h/data/opensearch", all.opensearch_data)
        assert.equal("/d", all.db_root)
        assert.equal("/c/backup", places.compute("/c", { BACKUP_ROOT = "" }).backup_root)
    end)

    it("refuse relative paths", function()
        for _, name in ipairs { "BACKUP_ROOT", "HOSS_DIR", "DB_ROOT" } do
            local ok, err = pcall(places.compute, "/c", { [name] = "here/backup" })
            assert.is_false(ok)
            assert.equal(4, err.exit)
            assert.equal(name .. ": here/backup must be an absolute path", err.message)
        end
    end)

    it("take ~ and a relative configuration folder", function()
        assert.equal(process.home .. "/.hoss", places.config_dir(nil))
        assert.equal(process.home .. "/x", places.config_dir "~/x/")
        assert.equal(fs.join(process.cwd(), "y"), places.config_dir "y")
    end)
end)
