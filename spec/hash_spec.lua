describe("hash", function()
    local EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    it("sums strings and files", function()
        assert.equal(EMPTY, hash.sha256 "")
        assert.equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            hash.sha256 "abc")
        local path = os.tmpname()
        fs.write(path, string.rep("x", 1000000))
        local sum = process.run({ "sha256sum", path }).stdout:match "%x+"
        assert.equal(sum, hash.file(path))
        local job <close> = hash.file(path, { background = true })
        assert.equal(sum, job:wait(10))
        assert.equal(1000000, job:bytes())
        fs.remove(path)
        assert.equal("ENOENT", select(2, try(hash.file, path)).code)
    end)
end)
