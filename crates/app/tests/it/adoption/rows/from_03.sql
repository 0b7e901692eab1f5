-- A site that has rewritten one text and deleted another.
UPDATE prompt_templates SET content = 'Rewritten by the site' WHERE name = 'Federal RFP';
DELETE FROM prompt_templates WHERE name = 'Corporate Sponsor';
