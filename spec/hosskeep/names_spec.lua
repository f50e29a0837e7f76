local names = require "hosskeep.names"

describe("names", function()
    it("measures distance in letters", function()
        assert.equal(0, names.distance("backup", "backup"))
        assert.equal(1, names.distance("bakup", "backup"))
        assert.equal(3, names.distance("", "abc"))
        assert.equal(2, names.distance("volums.atuh" , "volums.auth"))
    end)

    it("suggests what is near and nothing else", function()
        local list = { "postgres", "opensearch", "volumes" }
        assert.equal("postgres", names.closest("postgers", list))
        assert.equal("opensearch", names.closest("open", list))
        assert.is_nil(names.closest("kubernetes", list))
        assert.is_nil(names.closest("x", {}))
    end)

    it("lists the valid names", function()
        assert.equal('no step "bb" (did you mean "b"?); valid: a, b',
            names.unknown("step", "bb", { "a", "b" }))
        assert.equal('no step "zzzz"; valid: none', names.unknown("step", "zzzz", {}))
    end)

    it("refuses unknown keys at the caller", function()
        local ok, err = pcall(function()
            names.check_keys("option", { color = 1 }, { "colour" }, 2)
        end)
        assert.is_false(ok)
        assert.matches("names_spec.lua:%d+: no option \"color\" %(did you mean \"colour\"%?%)", err)
    end)
end)
